"""Whether a log-in is taken is told a few times an hour, by every route that tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC
from events.identity import AccountInvited

TAKEN = ["revendeur", "AUTRE_CLIENT", "sqp", "autre_revendeur"]
Ask = Callable[[Any, str], Awaitable[Any]]


async def for_oneself(world: Any, login: str) -> Any:
    return await world.change("/me", CLIENT, {"login": login, "current_password": world.password})


async def for_a_colleague(world: Any, login: str) -> Any:
    return await world.change(f"/users/{CLIENT_BASIC.user_id}", CLIENT, {"login": login})


async def for_a_newcomer(world: Any, login: str) -> Any:
    body = {"login": login, "first_name": "N", "last_name": "O", "email": f"{login}@exemple.fr", "role": "basic"}
    return await world.call("POST", "/users", CLIENT, json=body)


async def for_one_who_waits(world: Any, login: str) -> Any:
    body = {"login": login, "first_name": "N", "last_name": "O", "email": "attend@exemple.fr", "role": "basic"}
    return await world.call("POST", "/users", CLIENT, json=body)


async def by_a_link(world: Any, login: str) -> Any:
    """Each time by the newest: links of one account count together."""
    await world.ask("/auth/password/forgot", {"login": "attend"})
    await world.harness.run_jobs()
    return await world.activate((await world.links(AccountInvited))[-1][1], login=login)


@pytest.fixture
async def world(world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    world.settings(monkeypatch, logins_taken_per_hour=3)
    assert (await for_one_who_waits(world, "attend")).status_code == 201
    return world


async def codes(world: Any, ask: Ask, logins: list[str]) -> list[Any]:
    answers = [await ask(world, login) for login in logins]
    return [answer.json().get("code") if answer.status_code >= 400 else "free" for answer in answers]


@pytest.mark.parametrize("ask", [for_oneself, for_a_colleague, for_a_newcomer, for_one_who_waits, by_a_link])
async def test_a_taken_log_in_is_told_so_often(world: Any, ask: Ask) -> None:
    assert await codes(world, ask, TAKEN) == ["login_taken"] * 3 + ["too_many_requests"]
    assert await codes(world, ask, ["libre"]) == ["too_many_requests"]
    await world.sql("UPDATE throttle_counters SET expires_at = now()")
    assert await codes(world, ask, ["libre"]) == ["free"]


async def test_the_routes_of_one_person_count_together(world: Any) -> None:
    asked = [await codes(world, ask, ["sqp"]) for ask in (for_oneself, for_a_colleague, for_a_newcomer)]
    assert asked == [["login_taken"]] * 3
    assert await codes(world, for_one_who_waits, ["sqp"]) == ["too_many_requests"]
    assert await codes(world, by_a_link, ["sqp"]) == ["login_taken"], "somebody else asks"


async def test_what_is_not_taken_is_not_counted(world: Any) -> None:
    assert await codes(world, for_a_newcomer, [f"libre{n}" for n in range(5)]) == ["free"] * 5
    assert await codes(world, for_a_colleague, [f"autre{n}" for n in range(5)]) == ["free"] * 5


async def test_many_at_once_shut_nobody_out(world: Any) -> None:
    """Those that are refused while others are under way cost the next ones nothing."""
    await asyncio.gather(*(codes(world, for_oneself, ["client"]) for _ in range(12)))
    assert await codes(world, for_oneself, ["client"]) == ["free"]


async def test_who_asked_for_too_many_still_changes_the_rest(world: Any) -> None:
    assert (await codes(world, for_oneself, TAKEN))[-1] == "too_many_requests"
    named = await world.change("/me", CLIENT, {"first_name": "Claire"})
    disabled = await world.change(f"/users/{CLIENT_BASIC.user_id}", CLIENT, {"status": "disabled"})
    assert (named.status_code, disabled.status_code) == (200, 200)

"""How long sessions last, how many a person has, and that all others end at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER
from events.identity import SessionClosed


async def browser(world: Any, login: str = "client", **more: Any) -> str:
    return str((await world.log_in(login, client="browser", **more)).json()["session_token"])


async def program(world: Any, login: str = "client") -> str:
    return str((await world.log_in(login)).json()["refresh_token"])


async def is_open(world: Any, token: str) -> bool:
    """Whether a cookie, or a refresh token, still opens something."""
    if "." in token:
        answer = await world.call("POST", "/auth/refresh", json={"refresh_token": token})
    else:
        answer = await world.call("POST", "/auth/exchange", json={"session_token": token})
    return bool(answer.status_code == 200)


async def test_closing_all_sessions_leaves_the_one_that_asks_and_other_people(world: Any, told: Any) -> None:
    mine = [await browser(world), await browser(world, remember=True), await program(world)]
    others = [await browser(world, "client_lecteur"), await program(world, "revendeur")]
    here = (await world.log_in("client")).json()
    assert (await world.bearer(here["access_token"], "DELETE", "/sessions")).status_code == 204
    assert [await is_open(world, token) for token in (*mine, *others)] == [False] * 3 + [True] * 2
    assert await is_open(world, here["refresh_token"])
    closed = await told(SessionClosed)
    assert {event.user_id for event in closed} == {CLIENT.user_id}
    assert len(closed) == 4, "the harness's own session too"
    [entry] = await world.audited("session.end_others")
    assert (entry.actor, entry.organisation_id) == (str(CLIENT.user_id), CLIENT.organisation_id)
    listed = (await world.bearer(here["access_token"], "GET", "/sessions")).json()["items"]
    assert [item["current"] for item in listed] == [True]


async def test_closing_all_sessions_twice_is_no_error(world: Any) -> None:
    for _ in range(2):
        assert (await world.call("DELETE", "/sessions", CLIENT_BASIC)).status_code == 204


async def test_a_log_in_ends_the_earlier_session_of_its_browser_alone(world: Any) -> None:
    earlier, elsewhere = await browser(world), await browser(world)
    later = await browser(world, session_token=earlier)
    assert later != earlier
    assert [await is_open(world, token) for token in (earlier, elsewhere, later)] == [False, True, True]


@pytest.mark.parametrize("kind", ["browser", "program"])
async def test_a_session_that_is_used_without_a_pause_ends_all_the_same(world: Any, kind: str) -> None:
    token = await (browser(world) if kind == "browser" else program(world))
    late = "UPDATE sessions SET created_at = now() - interval '7 days' + interval '{}'"
    await world.sql(late.format("1 hour"))
    assert await is_open(world, token)
    listed = (await world.call("GET", "/sessions", CLIENT)).json()["items"]
    ends = next(item for item in listed if (item["client"] == "browser") == (kind == "browser"))
    left = datetime.fromisoformat(ends["expires_at"]) - datetime.fromisoformat(ends["created_at"])
    assert left == timedelta(days=7), "no longer than the end of its week, though 12 hours were due"
    await world.sql("UPDATE sessions SET created_at = created_at - interval '1 hour 1 second', expires_at = now()")
    assert not await is_open(world, token)


async def test_a_remembered_session_does_not_slide_beyond_its_thirty_days(world: Any) -> None:
    token = await browser(world, remember=True)
    await world.sql("UPDATE sessions SET expires_at = now() + interval '1 minute' WHERE remember")
    assert await is_open(world, token)
    await world.sql("UPDATE sessions SET expires_at = expires_at - interval '61 seconds' WHERE remember")
    assert not await is_open(world, token)


@pytest.mark.parametrize("kind", ["browser", "program"])
async def test_a_person_has_so_many_sessions_of_each_kind_and_the_idlest_end(
    world: Any, monkeypatch: pytest.MonkeyPatch, told: Any, kind: str
) -> None:
    world.settings(monkeypatch, sessions_per_person=3)
    opening, other = (browser, program) if kind == "browser" else (program, browser)
    await world.sql("UPDATE sessions SET revoked_at = now()")
    stays, foreign = await other(world), await opening(world, "revendeur")
    first, second, third = [await opening(world) for _ in range(3)]
    await world.sql(
        "UPDATE sessions SET last_used_at = now() - interval '1 hour' WHERE user_id = :id", id=CLIENT.user_id
    )
    assert await is_open(world, first), "used just now, so that the second is the idlest but the third"
    await opening(world)
    gone = {event.user_id for event in await told(SessionClosed)}
    assert gone == {CLIENT.user_id}
    assert [await is_open(world, token) for token in (second, third)].count(False) == 1
    assert await is_open(world, stays), "the other kind is counted apart"
    assert await is_open(world, foreign), "and so is another person"
    assert RESELLER.user_id not in gone

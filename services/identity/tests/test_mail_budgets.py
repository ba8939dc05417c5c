"""What strangers can have sent to a mailbox: a share of each kind, never at the cost of another, voiding nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from services.identity.tests.conftest import NEW

from devkit.harness import CLIENT
from events.identity import AccountInvited, PasswordResetRequested

EMAIL = "client@exemple.fr"
Asking = Callable[[Any], Awaitable[Any]]
SHARE = 5


async def forget(world: Any, login: str = EMAIL) -> None:
    assert (await world.ask("/auth/password/forgot", {"login": login})).status_code == 202
    await world.harness.run_jobs()


async def register(world: Any) -> None:
    assert (await world.register(EMAIL)).status_code == 202


async def register_with_a_wrong_serial(world: Any) -> None:
    assert (await world.register(EMAIL, serial="WRONG")).status_code == 202


async def register_elsewhere(world: Any) -> None:
    """At another reseller's client, where nobody has that mailbox."""
    answer = await world.register(EMAIL, number="29963")
    assert answer.status_code == 202


async def follow_again(world: Any) -> None:
    [(_, token), *_] = await world.links(AccountInvited)
    assert (await world.ask("/auth/activation/again", {"token": token})).status_code == 202
    await world.harness.run_jobs()


async def resets(world: Any, because: str) -> int:
    return [event.because for event, _ in await world.links(PasswordResetRequested)].count(because)


@pytest.fixture
async def world(world: Any) -> Any:
    await world.register_contract()
    await world.register_contract(number="29963")
    return world


@pytest.fixture
async def invited(world: Any) -> Any:
    """The client's person waits for the first password, with one link in the mailbox."""
    await world.without_people(CLIENT)
    await world.register("cli-0001@exemple.fr")
    await world.sql(
        "UPDATE users SET email = :email WHERE organisation_id = :id", email=EMAIL, id=CLIENT.organisation_id
    )
    return world


@pytest.mark.parametrize("junk", [register, register_with_a_wrong_serial, register_elsewhere])
async def test_no_sign_up_stops_a_reset(world: Any, junk: Asking) -> None:
    for _ in range(SHARE + 3):
        await junk(world)
    assert await resets(world, "account_exists") <= SHARE
    await forget(world)
    assert await resets(world, "forgotten") == 1


async def test_no_reset_stops_the_word_that_an_account_exists(world: Any) -> None:
    for _ in range(SHARE + 3):
        await forget(world)
    assert await resets(world, "forgotten") == SHARE
    await register(world)
    assert await resets(world, "account_exists") == 1


@pytest.mark.parametrize("gone", ["used", "expired"])
async def test_a_reset_is_withheld_only_while_a_good_link_lies_in_the_mailbox(world: Any, gone: str) -> None:
    for _ in range(SHARE + 1):
        await forget(world)
    [*_, (_, token)] = await world.links(PasswordResetRequested)
    if gone == "used":
        answer = await world.ask("/auth/password/reset", {"token": token, "password": NEW})
        assert answer.status_code == 200
    else:
        await world.sql("UPDATE link_tokens SET expires_at = now()")
    await forget(world)
    assert await resets(world, "forgotten") == SHARE + 1


async def test_resets_of_another_account_with_that_mailbox_stop_no_reset(world: Any) -> None:
    await world.sql("UPDATE users SET email = :email WHERE login = 'autre_client'", email=EMAIL)
    for _ in range(SHARE + 1):
        await forget(world, "autre_client")
    await forget(world, "client")
    assert [event.login for event, _ in await world.links(PasswordResetRequested)][-1] == "client"


@pytest.mark.parametrize("ask", [forget, register, follow_again])
async def test_who_asks_for_anothers_invitation_again_voids_none_and_has_few_sent(invited: Any, ask: Asking) -> None:
    for _ in range(SHARE + 3):
        await ask(invited)
    links = await invited.links(AccountInvited)
    assert len(links) == 1 + SHARE
    for _, token in links:
        assert (await invited.ask("/auth/activation", {"token": token})).status_code == 200
    assert (await invited.activate(links[0][1])).status_code == 200
    for _, token in links:
        assert (await invited.ask("/auth/activation", {"token": token})).status_code == 409


@pytest.mark.parametrize("junk", [forget, register, follow_again])
@pytest.mark.parametrize("ask", [forget, register, follow_again])
async def test_one_way_to_an_invitation_stops_no_other(invited: Any, junk: Asking, ask: Asking) -> None:
    for _ in range(SHARE + 1):
        await junk(invited)
    await ask(invited)
    assert len(await invited.links(AccountInvited)) == 1 + SHARE + (ask is not junk)

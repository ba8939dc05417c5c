"""Another e-mail address counts once its mailbox has answered; the one before is told at once and may object."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_CLIENT
from events.identity import (
    CredentialsChanged,
    EmailChangeAnnounced,
    EmailChangeRequested,
    PasswordResetRequested,
    UserChanged,
)
from web.auth.principal import Principal

OLD = "client@exemple.fr"
NEW = "neuve@exemple.fr"
PASSWORD = "un tout nouveau mot de passe"


async def ask(world: Any, email: str = NEW, who: Principal = CLIENT) -> str:
    """The token of the link that went to the new address."""
    answer = await world.change("/me", who, {"email": email, "current_password": world.password})
    assert answer.status_code == 200, answer.text
    return str((await world.links(EmailChangeRequested))[-1][1])


async def objection(world: Any) -> str:
    return str((await world.links(EmailChangeAnnounced))[-1][1])


async def confirm(world: Any, token: str) -> Any:
    return await world.call("POST", "/auth/email/confirm", json={"token": token})


async def recover(world: Any, token: str) -> Any:
    return await world.call("POST", "/auth/password/reset", json={"token": token, "password": PASSWORD})


async def addresses(world: Any, who: Principal = CLIENT) -> tuple[str, str]:
    me = (await world.call("GET", "/me", who)).json()
    return me["email"], me["pending_email"]


async def test_the_new_address_waits_and_both_are_told(world: Any, told: Any) -> None:
    await ask(world)
    assert await addresses(world) == (OLD, NEW)
    [(asked, _)] = await world.links(EmailChangeRequested)
    [(announced, _)] = await world.links(EmailChangeAnnounced)
    assert (asked.email, announced.email, announced.new_email) == (NEW, OLD, NEW)
    assert await told(UserChanged) == [], "nothing counts yet"
    await world.call("POST", "/auth/password/forgot", json={"login": NEW})
    await world.harness.run_jobs()
    assert await world.audited("password.ask_reset") == [], "no reset goes to an address that has not answered"


async def test_the_link_makes_the_address_count_once_and_without_a_session(world: Any, told: Any) -> None:
    token = await ask(world)
    await world.call("DELETE", "/sessions", CLIENT)
    shown = await world.call("POST", "/auth/email/link", json={"token": token})
    assert (shown.json()["email"], shown.json()["link_email"]) == (OLD, NEW)
    answers = await asyncio.gather(*(confirm(world, token) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await addresses(world) == (NEW, "")
    assert [event.email for event in await told(UserChanged)] == [NEW]
    assert [entry.action for entry in await world.audited("email.confirm")] == ["email.confirm"]


async def test_a_link_is_good_for_a_day(world: Any) -> None:
    token = await ask(world)
    await world.sql("UPDATE link_tokens SET expires_at = expires_at - interval '24 hours 1 second'")
    assert (await confirm(world, token)).json()["code"] == "link_invalid"
    assert await addresses(world) == (OLD, NEW), "it can be sent again"
    assert (await world.call("POST", "/me/pending-email/link", CLIENT)).status_code == 202
    assert (await confirm(world, (await world.links(EmailChangeRequested))[-1][1])).status_code == 200


async def test_of_two_changes_the_last_one_counts(world: Any) -> None:
    first, second = await ask(world, "premiere@exemple.fr"), await ask(world, "seconde@exemple.fr")
    assert [(await confirm(world, token)).status_code for token in (first, second)] == [409, 200]
    assert await addresses(world) == ("seconde@exemple.fr", "")


async def test_a_change_that_is_cancelled_can_no_longer_be_confirmed(world: Any) -> None:
    token = await ask(world)
    assert (await world.call("DELETE", "/me/pending-email", CLIENT)).status_code == 204
    assert (await world.call("DELETE", "/me/pending-email", CLIENT)).status_code == 204
    assert (await confirm(world, token)).json()["code"] == "link_invalid"
    assert await addresses(world) == (OLD, "")
    again = await world.call("POST", "/me/pending-email/link", CLIENT)
    assert again.json()["code"] == "no_pending_address"


async def test_an_address_that_waits_reserves_nothing_and_the_first_to_confirm_has_it(world: Any) -> None:
    mine, other = await ask(world), await ask(world, who=CLIENT_BASIC)
    stranger = await ask(world, who=OTHER_CLIENT)
    assert (await confirm(world, other)).status_code == 200
    assert (await confirm(world, mine)).json()["code"] == "account_exists"
    assert (await confirm(world, stranger)).status_code == 200, "another organisation's person may share a mailbox"
    known = await world.change("/me", CLIENT, {"email": NEW.upper(), "current_password": world.password})
    assert known.json()["code"] == "account_exists"


async def test_the_case_of_an_address_is_changed_without_a_link(world: Any) -> None:
    await world.change("/me", CLIENT, {"email": "Client@exemple.fr", "current_password": world.password})
    assert await addresses(world) == ("Client@exemple.fr", "")


@pytest.mark.parametrize("is_confirmed", [False, True])
async def test_the_old_address_takes_the_change_back_with_another_password(
    world: Any, told: Any, is_confirmed: bool
) -> None:
    thief = (await world.log_in("client")).json()
    token = await ask(world)
    if is_confirmed:
        await confirm(world, token)
    back = await objection(world)
    shown = await world.call("POST", "/auth/password/link", json={"token": back})
    assert shown.json()["link_email"] == OLD
    assert (await recover(world, back)).status_code == 200
    owner = (await world.log_in("client", PASSWORD)).json()["access_token"]
    me = (await world.bearer(owner, "GET", "/me")).json()
    assert (me["email"], me["pending_email"]) == (OLD, "")
    refused = await world.call("POST", "/auth/refresh", json={"refresh_token": thief["refresh_token"]})
    assert refused.status_code == 401
    assert (await confirm(world, token)).json()["code"] == "link_invalid"
    assert (await recover(world, back)).json()["code"] == "link_invalid"


async def test_a_thief_cannot_get_rid_of_the_objection_nor_object_to_the_owner(world: Any) -> None:
    await confirm(world, await ask(world))
    owners = await objection(world)
    chosen = {"current": world.password, "new": PASSWORD}
    assert (await world.call("POST", "/me/password", CLIENT, json=chosen)).status_code == 204
    answer = await world.change("/me", CLIENT, {"email": "encore@exemple.fr", "current_password": PASSWORD})
    assert answer.status_code == 200
    thiefs = await objection(world)
    assert [(await recover(world, token)).status_code for token in (owners, thiefs)] == [200, 409]
    assert (await world.user("client")).email == OLD


async def test_an_older_objection_outlives_a_later_one(world: Any) -> None:
    await confirm(world, await ask(world))
    owners = await objection(world)
    await ask(world, "encore@exemple.fr")
    thiefs = await objection(world)
    assert (await recover(world, thiefs)).status_code == 200
    assert (await world.user("client")).email == NEW
    assert (await recover(world, owners)).status_code == 200
    assert (await world.user("client")).email == OLD


async def test_an_administrator_changes_a_colleagues_address_by_the_same_confirmation(world: Any) -> None:
    path = f"/users/{CLIENT_BASIC.user_id}"
    changed = (await world.change(path, CLIENT, {"email": NEW})).json()
    assert (changed["email"], changed["pending_email"]) == ("client_lecteur@exemple.fr", NEW)
    [(announced, _)] = await world.links(EmailChangeAnnounced)
    assert announced.email == "client_lecteur@exemple.fr"
    [(_, token)] = await world.links(EmailChangeRequested)
    await world.change(path, CLIENT, {"status": "disabled"})
    assert (await confirm(world, token)).json()["code"] == "link_invalid"
    assert (await world.change(path, CLIENT, {"email": NEW})).json()["code"] == "disabled_address"
    enabled = (await world.change(path, CLIENT, {"status": "active"})).json()
    assert (enabled["email"], enabled["pending_email"]) == ("client_lecteur@exemple.fr", "")


async def test_a_forgotten_password_ends_a_change_that_waits(world: Any) -> None:
    token = await ask(world)
    await world.call("POST", "/auth/password/forgot", json={"login": "client"})
    await world.harness.run_jobs()
    [(_, chosen)] = await world.links(PasswordResetRequested)
    assert (await recover(world, chosen)).status_code == 200
    assert (await confirm(world, token)).json()["code"] == "link_invalid"
    assert (await world.user("client")).pending_email == ""


async def test_links_to_new_addresses_are_throttled(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, email_changes_per_hour=2)
    body = {"current_password": world.password}
    answers = [await world.change("/me", CLIENT, {**body, "email": f"n{n}@exemple.fr"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


async def test_the_owner_is_told_of_another_password_and_another_log_in(world: Any, told: Any) -> None:
    await world.change("/me", CLIENT, {"login": "neuf", "current_password": world.password})
    chosen = {"current": world.password, "new": PASSWORD}
    await world.call("POST", "/me/password", CLIENT, json=chosen)
    await world.sql("UPDATE users SET role = 'administrator' WHERE login = 'client_lecteur'")
    helper = replace(CLIENT_BASIC, role="administrator")
    await world.change(f"/users/{CLIENT.user_id}", helper, {"login": "encore"})
    await world.change("/me", CLIENT, {"first_name": "Autre"})
    changes = [(event.changed, event.login, event.email) for event in await told(CredentialsChanged)]
    assert changes == [("login", "neuf", OLD), ("password", "neuf", OLD), ("login", "encore", OLD)]


async def test_the_owner_is_told_of_a_password_chosen_by_a_link_and_not_of_the_first(world: Any, told: Any) -> None:
    colleague = {"login": "nouveau", "first_name": "N", "last_name": "O", "email": "n@exemple.fr", "role": "basic"}
    await world.call("POST", "/users", CLIENT, json=colleague)
    [(_, first)] = await world.links()
    assert (await world.activate(first)).status_code == 200
    assert await told(CredentialsChanged) == []
    await world.call("POST", "/auth/password/forgot", json={"login": "client"})
    await world.harness.run_jobs()
    [(_, token)] = await world.links(PasswordResetRequested)
    await recover(world, token)
    assert [event.login for event in await told(CredentialsChanged)] == ["client"]

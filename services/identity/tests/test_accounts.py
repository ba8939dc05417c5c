"""Accounts come to be: by a reseller's first contract, by sign-up, by invitation; and are recovered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER
from events import organisation_id
from events.identity import (
    AccountInvited,
    AddressChanged,
    OrganisationChanged,
    PasswordResetRequested,
    UserChanged,
)

NEW = "un tout nouveau mot de passe"


async def forget(world: Any, login: str) -> Any:
    answer = await world.call("POST", "/auth/password/forgot", json={"login": login})
    await world.harness.run_jobs()
    return answer


async def reset(world: Any, token: str, password: str = NEW) -> Any:
    return await world.call("POST", "/auth/password/reset", json={"token": token, "password": password})


async def test_the_first_contract_of_a_reseller_opens_its_account(empty: Any, told: Any) -> None:
    await empty.register_contract()
    reseller, client = await told(OrganisationChanged)
    assert (reseller.code, reseller.kind, client.code) == ("REV-0001", "reseller", "CLI-0001")
    assert client.reseller_id == reseller.organisation_id == organisation_id("reseller", "REV-0001")
    [user] = await told(UserChanged)
    assert (user.login, user.role, user.status) == ("rev-0001", "administrator", "invited")
    [(invited, token)] = await empty.links()
    assert (invited.purpose, invited.email) == ("reseller_account", "revendeur_test@sqp.fr")
    assert (await empty.activate(token)).json() == {"login": "rev-0001"}
    assert (await empty.log_in("rev-0001", NEW)).status_code == 200


async def test_the_client_is_put_on_file_with_its_address_and_without_users(empty: Any, told: Any) -> None:
    await empty.register_contract()
    [address] = await told(AddressChanged)
    assert (address.organisation_name, address.address.label) == ("Client Test", "Adresse principale")
    assert (address.primary, address.address.email) == (True, "client_test@sqp.fr")
    assert {user.organisation_kind for user in await told(UserChanged)} == {"reseller"}


async def test_many_registrations_at_once_send_one_message_per_reseller(empty: Any, told: Any) -> None:
    await asyncio.gather(
        *(empty.register_contract(number=str(n), reseller=f"REV-{n % 2}", client=f"CLI-{n % 2}") for n in range(10))
    )
    assert sorted(event.login for event in await told(AccountInvited)) == ["rev-0", "rev-1"]
    assert len(await told(OrganisationChanged)) == 4


async def test_two_codes_that_give_one_login_get_two(empty: Any, told: Any) -> None:
    await asyncio.gather(*(empty.register_contract(number=code, reseller=code, client=None) for code in ("Abc", "ABC")))
    assert sorted(event.login for event in await told(AccountInvited)) == ["abc", "abc-2"]


async def test_a_short_code_gives_a_valid_login(empty: Any, told: Any) -> None:
    await empty.register_contract(reseller="7", client=None)
    [event] = await told(AccountInvited)
    assert event.login == "compte-7"


async def test_a_contract_never_overwrites_what_people_have_edited(world: Any, told: Any) -> None:
    changed = await world.change("/organisation", RESELLER, {"name": "Nom choisi", "email": "choisi@exemple.fr"})
    assert changed.status_code == 200
    before = len(await told(OrganisationChanged))
    await world.register_contract()
    assert len(await told(OrganisationChanged)) == before
    assert await told(AccountInvited) == []
    assert (await world.call("GET", "/organisation", RESELLER)).json()["name"] == "Nom choisi"


async def test_a_reseller_named_by_the_back_office_still_gets_its_account_with_its_first_contract(
    empty: Any, told: Any
) -> None:
    await empty.sql(
        "INSERT INTO organisations (id, kind, code, name, email) VALUES (:id, 'reseller', 'REV-0001', 'R', 'r@r.fr')",
        id=organisation_id("reseller", "REV-0001"),
    )
    await empty.register_contract()
    [invited] = await told(AccountInvited)
    assert invited.email == "r@r.fr"


async def test_the_same_event_twice_has_one_effect(empty: Any, told: Any) -> None:
    await empty.register_contract()
    await empty.register_contract(version=2)
    assert len(await told(AccountInvited)) == 1
    assert len(await told(AddressChanged)) == 1


async def test_the_activation_page_learns_whose_link_it_is_without_using_it_up(empty: Any) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    for _ in range(2):
        shown = await empty.call("POST", "/auth/activation", json={"token": token})
        assert (shown.json()["login"], shown.json()["organisation"]) == ("rev-0001", "Revendeur Test")
    chosen = await empty.activate(token, login="revendeur_test", first_name="Revendeur", last_name="Test")
    assert chosen.json() == {"login": "revendeur_test"}
    assert (await empty.log_in("revendeur_test", NEW)).status_code == 200
    assert (await empty.call("POST", "/auth/activation", json={"token": token})).json()["code"] == "link_invalid"


async def test_an_activation_link_is_good_once_under_a_race(empty: Any) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    answers = await asyncio.gather(*(empty.activate(token, f"{NEW} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_an_expired_link_activates_nothing(empty: Any) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    await empty.sql("UPDATE link_tokens SET expires_at = now() - interval '1 second'")
    assert (await empty.activate(token)).json()["code"] == "link_invalid"


async def test_an_activation_cannot_take_another_persons_login(world: Any) -> None:
    created = await world.call("POST", "/users", RESELLER, json=colleague())
    assert created.status_code == 201
    [(_, token)] = await world.links()
    assert (await world.activate(token, login="CLIENT")).json()["code"] == "login_taken"
    assert (await world.activate(token)).status_code == 200


def colleague(**changes: Any) -> dict[str, Any]:
    body = {"login": "nouveau", "first_name": "N", "last_name": "Ouveau", "email": "n@exemple.fr", "role": "basic"}
    return {**body, **changes}


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("court", "password_too_short"),
        ("motdepasse1234", "password_too_common"),
        ("motdepasse2026", "password_too_common"),
        ("P@ssword1234!", "password_too_common"),
        ("Revendeur2026", "password_too_common"),
        ("un-identifiant-choisi-2026", "password_too_common"),
        ("123qweasdzxc", "password_too_common"),
        ("qazwsxedcrfv", "password_too_common"),
        ("azertyuiop2026", "password_too_common"),
        ("aaaaaaaaaaaaaaa", "password_too_common"),
        ("revendeur_test@sqp.fr", "password_names_user"),
        ("un-identifiant-choisi", "password_names_user"),
    ],
)
async def test_a_weak_password_is_refused_and_the_link_stays_good(empty: Any, password: str, code: str) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    refused = await empty.activate(token, password, login="un-identifiant-choisi")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await empty.activate(token)).status_code == 200


async def test_a_forgotten_password_is_chosen_anew_by_login_or_e_mail(world: Any) -> None:
    for login in ("CLIENT", "client@exemple.fr"):
        assert (await forget(world, login)).status_code == 202
    [(_, first), (told_last, last)] = await world.links(PasswordResetRequested)
    assert told_last.user_id == CLIENT.user_id
    assert (await reset(world, first)).json() == {"login": "client"}
    assert (await reset(world, last)).json()["code"] == "link_invalid", "void with the first that was used"
    assert (await world.log_in("client")).status_code == 401
    assert (await world.log_in("client", NEW)).status_code == 200


@pytest.mark.parametrize(
    "written", ["Chef@Société-Dubœuf.FR", "chef@xn--socit-dubuf-ebbb20m.fr", " chef@société-dubœuf.fr "]
)
async def test_a_forgotten_password_is_asked_for_by_the_mailbox_as_people_write_it(world: Any, written: str) -> None:
    async with world.harness.service.database.transaction() as session:
        kept = "UPDATE users SET email = 'chef@xn--socit-dubuf-ebbb20m.fr' WHERE login = 'client'"
        await session.execute(text(kept))
    assert (await forget(world, written)).status_code == 202
    [(told, _)] = await world.links(PasswordResetRequested)
    assert told.user_id == CLIENT.user_id


async def test_the_page_of_a_forgotten_password_learns_whose_link_it_is_without_using_it_up(world: Any) -> None:
    await forget(world, "client")
    [(_, token)] = await world.links(PasswordResetRequested)
    for _ in range(2):
        assert (await world.call("POST", "/auth/password/link", json={"token": token})).json()["login"] == "client"
    assert (await reset(world, token)).status_code == 200
    assert (await world.call("POST", "/auth/password/link", json={"token": token})).json()["code"] == "link_invalid"


async def test_a_reset_ends_every_session(world: Any) -> None:
    browser = (await world.log_in("client", client="browser")).json()["session_token"]
    await forget(world, "client")
    [(_, token)] = await world.links(PasswordResetRequested)
    await reset(world, token)
    assert (await world.call("POST", "/auth/exchange", json={"session_token": browser})).status_code == 401


async def test_a_reset_link_is_good_once_under_a_race(world: Any) -> None:
    await forget(world, "client")
    [(_, token)] = await world.links(PasswordResetRequested)
    answers = await asyncio.gather(*(reset(world, token, f"{NEW} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_reset_link_ends_after_thirty_minutes(world: Any) -> None:
    await forget(world, "client")
    [(event, token)] = await world.links(PasswordResetRequested)
    await world.sql("UPDATE link_tokens SET created_at = created_at - interval '30 minutes', expires_at = created_at")
    assert (await reset(world, token)).json()["code"] == "link_invalid"
    lasts = event.expires_at - (await world.audited("password.ask_reset"))[0].at
    assert 29 * 60 < lasts.total_seconds() <= 30 * 60 + 1


async def test_a_link_of_one_purpose_serves_no_other(world: Any) -> None:
    await forget(world, "client")
    [(_, token)] = await world.links(PasswordResetRequested)
    assert (await world.activate(token)).json()["code"] == "link_invalid"


async def test_forgetting_does_the_same_work_whether_or_not_there_is_an_account(world: Any) -> None:
    answers = [await world.call("POST", "/auth/password/forgot", json={"login": n}) for n in ("client", "nobody")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}
    assert [name for name, _ in await world.harness.enqueued()] == ["identity.send_reset_links"] * 2
    await world.harness.run_jobs()
    assert len(await world.links(PasswordResetRequested)) == 1


async def test_nobody_behind_a_closed_portal_or_disabled_gets_a_reset_link(world: Any) -> None:
    await world.sql("UPDATE organisations SET portal_access = false WHERE code = 'CLI-0001'")
    await world.sql("UPDATE users SET status = 'disabled' WHERE login = 'autre_client'")
    for login in ("client", "autre_client"):
        await forget(world, login)
    assert await world.links(PasswordResetRequested) == []


async def test_no_copy_of_a_mail_token_can_be_read_from_the_outbox(world: Any) -> None:
    await world.register_contract()
    await forget(world, "client")
    await world.call("POST", "/users", RESELLER, json=colleague())
    tokens = [token for _, token in await world.links(AccountInvited)]
    tokens += [token for _, token in await world.links(PasswordResetRequested)]
    async with world.harness.service.database.reader() as reader:
        rows = await reader.execute(text("SELECT payload::text FROM outbox UNION ALL SELECT details::text FROM audit"))
        stored = "\n".join(row[0] for row in rows)
    assert len(tokens) == 2
    assert all(token not in stored for token in tokens)
    assert stored.count("sealed_token") == 2

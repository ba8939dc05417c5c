"""Accounts come to be: by a reseller's first contract, by sign-up, by invitation; and are recovered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from chassis.testkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP
from events import organisation_id
from events.identity import (
    AccountInvited,
    AddressChanged,
    OrganisationChanged,
    PasswordResetRequested,
    SignUpRequested,
    UserChanged,
)

NEW = "un tout nouveau mot de passe"


async def register(world: Any, email: str, number: str = "29962", serial: str = "Q207B17555") -> Any:
    body = {"contract_number": number, "serial_number": serial, "email": email}
    answer = await world.call("POST", "/auth/register", json=body)
    await world.harness.run_jobs()
    return answer


async def activate(world: Any, token: str, password: str = NEW, **more: Any) -> Any:
    return await world.call("POST", "/auth/activate", json={"token": token, "password": password, **more})


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
    assert (await activate(empty, token)).json() == {"login": "rev-0001"}
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


async def test_an_older_contract_does_not_undo_a_newer_one(world: Any) -> None:
    await world.register_contract(version=3, serial_number="NEW-1", articles=[])
    await world.register_contract(version=2)
    await world.sql("DELETE FROM users WHERE organisation_id = :id", id=CLIENT.organisation_id)
    await register(world, "cli-0001@exemple.fr", serial="Q207B17555")
    assert await world.links() == []
    await register(world, "cli-0001@exemple.fr", serial="new-1")
    assert len(await world.links()) == 1


async def test_the_activation_page_learns_whose_link_it_is_without_using_it_up(empty: Any) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    for _ in range(2):
        shown = await empty.call("POST", "/auth/activation", json={"token": token})
        assert (shown.json()["login"], shown.json()["organisation"]) == ("rev-0001", "Revendeur Test")
    chosen = await activate(empty, token, login="revendeur_test", first_name="Revendeur", last_name="Test")
    assert chosen.json() == {"login": "revendeur_test"}
    assert (await empty.log_in("revendeur_test", NEW)).status_code == 200
    assert (await empty.call("POST", "/auth/activation", json={"token": token})).json()["code"] == "link_invalid"


async def test_an_activation_link_is_good_once_under_a_race(empty: Any) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    answers = await asyncio.gather(*(activate(empty, token, f"{NEW} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_an_expired_link_activates_nothing(empty: Any) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    await empty.sql("UPDATE link_tokens SET expires_at = now() - interval '1 second'")
    assert (await activate(empty, token)).json()["code"] == "link_invalid"


async def test_an_activation_cannot_take_another_persons_login(world: Any) -> None:
    created = await world.call("POST", "/users", RESELLER, json=colleague())
    assert created.status_code == 201
    [(_, token)] = await world.links()
    assert (await activate(world, token, login="CLIENT")).json()["code"] == "login_taken"
    assert (await activate(world, token)).status_code == 200


def colleague(**changes: Any) -> dict[str, Any]:
    body = {"login": "nouveau", "first_name": "N", "last_name": "Ouveau", "email": "n@exemple.fr", "role": "basic"}
    return {**body, **changes}


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("court", "password_too_short"),
        ("motdepasse1234", "password_too_common"),
        ("aaaaaaaaaaaaaaa", "password_too_common"),
        ("revendeur_test@sqp.fr", "password_names_user"),
        ("un-identifiant-choisi", "password_names_user"),
    ],
)
async def test_a_weak_password_is_refused_and_the_link_stays_good(empty: Any, password: str, code: str) -> None:
    await empty.register_contract()
    [(_, token)] = await empty.links()
    refused = await activate(empty, token, password, login="un-identifiant-choisi")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await activate(empty, token)).status_code == 200


async def test_an_end_client_signs_up_by_the_address_on_file(empty: Any) -> None:
    await empty.register_contract()
    assert (await register(empty, "Client_Test@SQP.fr", serial="Z9CBPM5M")).status_code == 202
    [_, (invited, token)] = await empty.links()
    assert (invited.purpose, invited.email, invited.login) == ("client_sign_up", "client_test@sqp.fr", "cli-0001")
    await activate(empty, token, login="client_test", first_name="Client", last_name="Test")
    me = await empty.bearer((await empty.log_in("client_test", NEW)).json()["access_token"], "GET", "/me")
    assert (me.json()["role"], me.json()["organisation"]["kind"]) == ("administrator", "client")


async def test_signing_up_again_sends_another_link_and_voids_the_first(empty: Any) -> None:
    await empty.register_contract()
    await register(empty, "client_test@sqp.fr")
    await register(empty, "client_test@sqp.fr")
    [_, (first, old), (second, new)] = await empty.links()
    assert first.user_id == second.user_id
    assert (await activate(empty, old)).status_code == 409
    assert (await activate(empty, new)).status_code == 200


async def test_a_sign_up_answers_the_same_whatever_the_case(empty: Any) -> None:
    await empty.register_contract()
    await empty.register_contract(number="1", client=None)
    cases = [("client_test@sqp.fr", "29962", "Q207B17555"), ("other@sqp.fr", "29962", "Q207B17555")]
    cases += [("client_test@sqp.fr", "29962", "WRONG"), ("client_test@sqp.fr", "404", "Q207B17555")]
    cases += [("client_test@sqp.fr", "1", "Q207B17555")]
    answers = [await register(empty, *case) for case in cases]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}
    assert len(await empty.links()) == 2  # the reseller's, and the one to the address on file


async def test_a_closed_portal_lets_nobody_sign_up(world: Any, told: Any) -> None:
    await world.register_contract()
    await world.sql("DELETE FROM users WHERE organisation_id = :id", id=CLIENT.organisation_id)
    await world.sql("UPDATE organisations SET portal_access = false WHERE id = :id", id=CLIENT.organisation_id)
    for email in ("cli-0001@exemple.fr", "other@exemple.fr"):
        assert (await register(world, email)).status_code == 202
    assert await told(AccountInvited) == []
    assert await told(SignUpRequested) == []


async def test_sign_ups_are_throttled_by_contract(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, mail_requests_per_account=2)
    answers = [(await register(world, f"a{n}@b.fr", serial=f"GUESS{n}")).status_code for n in range(3)]
    assert answers == [202, 202, 429]


async def asked(world: Any) -> str:
    await world.register_contract()
    await register(world, "dirigeant@exemple.fr")
    [request] = (await world.call("GET", "/sign-up-requests", RESELLER, params={"state": "pending"})).json()["items"]
    return f"/sign-up-requests/{request['id']}"


async def test_another_address_becomes_a_request_that_the_reseller_approves(world: Any, told: Any) -> None:
    await world.sql("DELETE FROM users WHERE organisation_id = :id", id=CLIENT.organisation_id)
    path = await asked(world)
    await register(world, "DIRIGEANT@exemple.fr")
    [request] = await told(SignUpRequested)
    assert (request.client_name, request.reseller_id) == ("Organisation CLI-0001", RESELLER.organisation_id)
    assert await world.links() == []
    decided = await world.change(f"{path}/approve", RESELLER, None, method="POST")
    assert (decided.status_code, decided.json()["state"]) == (200, "approved")
    [(invited, token)] = await world.links()
    assert invited.email == "dirigeant@exemple.fr"
    assert (await activate(world, token)).status_code == 200
    assert (await world.user(invited.login)).role == "administrator"
    again = await world.change(f"{path}/refuse", RESELLER, None, method="POST")
    assert again.json()["code"] == "request_already_decided"


async def test_once_a_client_has_an_administrator_whom_the_reseller_admits_reads(world: Any) -> None:
    path = await asked(world)
    await world.change(f"{path}/approve", SQP, None, method="POST")
    [(invited, _)] = await world.links()
    assert (await world.user(invited.login)).role == "basic"


async def test_a_refused_request_sends_nothing(world: Any) -> None:
    path = await asked(world)
    await world.change(f"{path}/refuse", RESELLER, None, method="POST")
    assert await world.links() == []


async def test_another_reseller_sees_no_request_of_ours(world: Any) -> None:
    path = await asked(world)
    assert (await world.call("GET", path, OTHER_RESELLER)).status_code == 404
    assert (await world.call("GET", "/sign-up-requests", OTHER_RESELLER)).json()["items"] == []
    seen = await world.call("GET", path, RESELLER)
    headers = {"If-Match": seen.headers["etag"]}
    assert (await world.call("POST", f"{path}/approve", OTHER_RESELLER, headers=headers)).status_code == 404


async def test_a_forgotten_password_is_chosen_anew_by_login_or_e_mail(world: Any) -> None:
    for login in ("CLIENT", "client@exemple.fr"):
        assert (await forget(world, login)).status_code == 202
    [(_, first), (told_last, last)] = await world.links(PasswordResetRequested)
    assert told_last.user_id == CLIENT.user_id
    assert (await reset(world, first)).json()["code"] == "link_invalid"
    assert (await reset(world, last)).json() == {"login": "client"}
    assert (await world.log_in("client")).status_code == 401
    assert (await world.log_in("client", NEW)).status_code == 200


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
    assert (await activate(world, token)).json()["code"] == "link_invalid"


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

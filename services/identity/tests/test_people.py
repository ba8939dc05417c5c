"""The people of an organisation: invited, changed, disabled; the last administrator stays."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC
from events.identity import EmailChangeRequested, UserChanged
from events.notifications import EmailFailed
from web.auth.principal import Principal

COLLEAGUE = {"login": "nouveau", "first_name": "N", "last_name": "Ouveau", "email": "n@exemple.fr", "role": "basic"}
NEW = "un tout nouveau mot de passe"


async def test_an_administrator_invites_a_colleague(world: Any, told: Any) -> None:
    created = await world.call("POST", "/users", RESELLER, json=COLLEAGUE)
    assert created.status_code == 201
    assert (created.json()["status"], created.json()["login"]) == ("invited", "nouveau")
    [user] = await told(UserChanged)
    assert (user.status, user.organisation_id) == ("invited", RESELLER.organisation_id)
    [(invited, _)] = await world.links()
    assert (invited.purpose, invited.organisation_name) == ("invitation", "Organisation REV-0001")


async def test_a_login_is_unique_over_the_platform_whatever_its_case(world: Any) -> None:
    answer = await world.call("POST", "/users", RESELLER, json={**COLLEAGUE, "login": "CLIENT"})
    assert (answer.status_code, answer.json()["code"]) == (409, "login_taken")
    mine = await world.change("/me", RESELLER, {"login": "Client", "current_password": world.password})
    assert mine.json()["code"] == "login_taken"


@pytest.mark.parametrize("login", ["a@b.fr", "a b", "ab", "-abc", "x" * 41, "é" * 4])
async def test_a_login_is_no_e_mail_and_has_a_form(world: Any, login: str) -> None:
    french = {"Accept-Language": "fr"}
    answer = await world.call("POST", "/users", RESELLER, json={**COLLEAGUE, "login": login}, headers=french)
    assert answer.status_code == 422
    assert "3 à 40 lettres sans accent" in answer.text


async def test_another_invitation_voids_the_first(world: Any) -> None:
    user = (await world.call("POST", "/users", RESELLER, json=COLLEAGUE)).json()
    assert (await world.call("POST", f"/users/{user['id']}/invitation", RESELLER)).status_code == 202
    [(_, first), (_, second)] = await world.links()
    answers = [
        await world.call("POST", "/auth/activate", json={"token": token, "password": NEW}) for token in (first, second)
    ]
    assert [answer.status_code for answer in answers] == [409, 200]
    again = await world.call("POST", f"/users/{user['id']}/invitation", RESELLER)
    assert again.json()["code"] == "not_invited"


async def test_the_list_searches_and_pages_the_own_organisation(world: Any) -> None:
    for n in range(3):
        body = {**COLLEAGUE, "login": f"collegue{n}", "email": f"c{n}@exemple.fr", "last_name": f"{'éÉe'[n]}lan {n}"}
        await world.call("POST", "/users", RESELLER, json=body)
    listed = (await world.call("GET", "/users", RESELLER, params={"q": "elan", "limit": 2})).json()
    assert (listed["total"], len(listed["items"])) == (3, 2)
    rest = (await world.call("GET", "/users", RESELLER, params={"q": "elan", "cursor": listed["next"]})).json()
    assert [user["login"] for user in listed["items"] + rest["items"]] == ["collegue0", "collegue1", "collegue2"]
    everybody = (await world.call("GET", "/users", RESELLER)).json()["items"]
    assert {user["login"] for user in everybody} >= {"revendeur", "revendeur_lecteur"}
    assert "client" not in {user["login"] for user in everybody}


async def test_a_change_wants_the_version_that_it_changes(world: Any) -> None:
    path = f"/users/{RESELLER_BASIC.user_id}"
    missing = await world.call("PATCH", path, RESELLER, json={"phone": "0102030405"})
    stale = await world.call("PATCH", path, RESELLER, json={"phone": "0102030405"}, headers={"If-Match": '"99"'})
    assert (missing.status_code, stale.status_code) == (428, 412)
    changed = await world.change(path, RESELLER, {"phone": "0102030405", "role": "administrator"})
    assert (changed.json()["phone"], changed.json()["role"], changed.json()["version"]) == (
        "+33102030405",
        "administrator",
        2,
    )


async def test_an_unchanged_profile_tells_nothing(world: Any, told: Any) -> None:
    await world.change("/me", RESELLER, {"first_name": "Prénom"})
    assert await told(UserChanged) == []


async def test_disabling_ends_sessions_and_voids_links(world: Any, told: Any) -> None:
    program = (await world.log_in("revendeur_lecteur")).json()["refresh_token"]
    browser = (await world.log_in("revendeur_lecteur", client="browser")).json()["session_token"]
    assert (await world.call("DELETE", f"/users/{RESELLER_BASIC.user_id}", RESELLER)).status_code == 204
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": program})).status_code == 401
    assert (await world.call("POST", "/auth/exchange", json={"session_token": browser})).status_code == 401
    assert (await world.log_in("revendeur_lecteur")).status_code == 401
    assert [event.status for event in await told(UserChanged)] == ["disabled"]


async def test_a_disabled_person_may_be_let_in_again(world: Any) -> None:
    path = f"/users/{RESELLER_BASIC.user_id}"
    await world.change(path, RESELLER, {"status": "disabled"})
    assert (await world.log_in("revendeur_lecteur")).status_code == 401
    assert (await world.change(path, RESELLER, {"status": "active"})).json()["status"] == "active"
    assert (await world.log_in("revendeur_lecteur")).status_code == 200


async def test_who_never_chose_a_password_cannot_be_made_active(world: Any) -> None:
    user = (await world.call("POST", "/users", RESELLER, json=COLLEAGUE)).json()
    path = f"/users/{user['id']}"
    assert (await world.change(path, RESELLER, {"status": "active"})).json()["code"] == "never_activated"
    await world.change(path, RESELLER, {"status": "disabled"})
    assert (await world.change(path, RESELLER, {"status": "active"})).json()["status"] == "invited"


async def test_the_last_active_administrator_can_be_neither_disabled_nor_demoted(world: Any) -> None:
    path = f"/users/{RESELLER.user_id}"
    await world.call("POST", "/users", RESELLER, json={**COLLEAGUE, "role": "administrator"})
    answers = [
        await world.call("DELETE", path, RESELLER),
        await world.change(path, RESELLER, {"status": "disabled"}),
        await world.change(path, RESELLER, {"role": "basic"}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "last_administrator")}


async def test_of_two_administrators_who_disable_each_other_at_once_one_stays(world: Any) -> None:
    for _ in range(3):
        await world.sql(
            "UPDATE users SET role = 'administrator', status = 'active' WHERE organisation_id = :id",
            id=RESELLER.organisation_id,
        )
        both = (RESELLER.user_id, RESELLER_BASIC.user_id)
        answers = await asyncio.gather(*(world.call("DELETE", f"/users/{one}", RESELLER) for one in both))
        assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_of_two_administrators_demoted_at_once_one_stays(world: Any) -> None:
    await world.sql("UPDATE users SET role = 'administrator' WHERE id = :id", id=RESELLER_BASIC.user_id)
    both = (RESELLER.user_id, RESELLER_BASIC.user_id)
    answers = await asyncio.gather(*(world.change(f"/users/{one}", RESELLER, {"role": "basic"}) for one in both))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_basic_user_changes_its_own_profile_and_password(world: Any, told: Any) -> None:
    changed = await world.change("/me", CLIENT_BASIC, {
        "language": "en", "login": "neuf", "current_password": world.password,
    })  # fmt: skip
    assert (changed.status_code, changed.json()["language"]) == (200, "en")
    [event] = await told(UserChanged)
    assert (event.login, event.version) == ("neuf", 2)
    body = {"current": world.password, "new": NEW}
    assert (await world.call("POST", "/me/password", CLIENT_BASIC, json=body)).status_code == 204
    assert (await world.log_in("neuf", NEW)).status_code == 200


async def test_the_profile_shows_a_renamed_organisation_at_once(world: Any) -> None:
    seen = await world.call("GET", "/me", RESELLER)
    await world.change("/organisation", RESELLER, {"name": "Nouveau nom"})
    again = await world.call("GET", "/me", RESELLER, headers={"If-None-Match": seen.headers["etag"]})
    assert (again.status_code, again.json()["organisation"]["name"]) == (200, "Nouveau nom")


@pytest.mark.parametrize("typed", ["{}", " {}", "{}  ", "\u00a0{}\u00a0"])
async def test_spaces_around_a_password_are_none_of_it_and_those_within_are(world: Any, typed: str) -> None:
    chosen = "granit  tulipe vélo"
    body = {"current": typed.format(world.password), "new": typed.format(chosen)}
    assert (await world.call("POST", "/me/password", CLIENT_BASIC, json=body)).status_code == 204
    assert (await world.log_in("client_lecteur", chosen)).status_code == 200
    assert (await world.log_in("client_lecteur", typed.format(chosen))).status_code == 200
    assert (await world.log_in("client_lecteur", chosen.replace("  ", " "))).status_code == 401


async def test_a_password_change_ends_the_other_sessions_and_keeps_this_one(world: Any) -> None:
    here = (await world.log_in("client")).json()
    other = (await world.log_in("client", client="browser")).json()["session_token"]
    body = {"current": world.password, "new": NEW}
    assert (await world.bearer(here["access_token"], "POST", "/me/password", json=body)).status_code == 204
    assert (await world.call("POST", "/auth/exchange", json={"session_token": other})).status_code == 401
    kept = await world.call("POST", "/auth/refresh", json={"refresh_token": here["refresh_token"]})
    assert kept.status_code == 200


async def test_the_current_password_is_asked_for_and_guesses_are_throttled(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings(monkeypatch, account_attempts=2)
    body = {"current": "wrong", "new": NEW}
    answers = [await world.call("POST", "/me/password", CLIENT, json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 429]
    assert answers[0].json()["code"] == "wrong_password"


async def test_a_weak_new_password_is_refused(world: Any) -> None:
    body = {"current": world.password, "new": "court"}
    answer = await world.call("POST", "/me/password", CLIENT, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "password_too_short")


def failed(user_id: UUID | None, organisation_id: UUID | None) -> EmailFailed:
    return EmailFailed(
        version=1, email_id=uuid4(), user_id=user_id, organisation_id=organisation_id, kind="invitation", reason="550"
    )


async def test_an_undeliverable_address_is_shown_until_it_changes(world: Any) -> None:
    await world.harness.deliver(failed(CLIENT.user_id, CLIENT.organisation_id))
    await world.harness.deliver(failed(uuid4(), uuid4()))
    path = f"/users/{CLIENT.user_id}"
    assert (await world.call("GET", path, CLIENT)).json()["email_undeliverable"] is True
    assert len(await world.audited("email.fail")) == 1
    await world.sql("UPDATE users SET role = 'administrator' WHERE login = 'client_lecteur'")
    helper = replace(CLIENT_BASIC, role="administrator")
    await world.change(path, helper, {"email": "autre@exemple.fr"})
    [(_, token)] = await world.links(EmailChangeRequested)
    await world.call("POST", "/auth/email/confirm", json={"token": token})
    assert (await world.call("GET", path, CLIENT)).json()["email_undeliverable"] is False


async def test_the_audit_trail_is_the_own_organisations_and_append_only(world: Any) -> None:
    await world.change("/organisation", RESELLER, {"phone": "0102030405"})
    await world.change("/organisation", CLIENT, {"phone": "0102030406"})
    listed = (await world.call("GET", "/audit/identity", RESELLER)).json()["items"]
    assert [(entry["action"], entry["actor"]) for entry in listed] == [("organisation.change", str(RESELLER.user_id))]
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'x'", "TRUNCATE audit"):
        with pytest.raises(Exception, match="permission denied"):
            await world.sql(statement)


async def test_a_person_of_a_vanished_account_gets_a_404(world: Any) -> None:
    ghost = Principal(
        subject=str(uuid4()),
        user_id=uuid4(),
        organisation_id=RESELLER.organisation_id,
        organisation_kind="reseller",
        role="administrator",
    )
    assert (await world.call("GET", "/me", ghost)).status_code == 404

"""Every write of identity reads who its caller is now: a token of a minute ago undoes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP
from events.identity import PasswordResetRequested
from web.auth.principal import Principal

EVIL = replace(RESELLER_BASIC, role="administrator")
NEW = "un tout nouveau mot de passe"
ADDRESS = {"label": "Dépôt", "street": "1 rue du Test", "postal_code": "69001", "city": "Lyon", "country": "FR"}
USER = {"login": "nouveau", "first_name": "N", "last_name": "O", "email": "n@exemple.fr", "role": "basic"}


@pytest.fixture
async def evil(world: Any) -> Principal:
    """A second administrator whose token is fresh."""
    await world.sql("UPDATE users SET role = 'administrator' WHERE id = :id", id=EVIL.user_id)
    return EVIL


@pytest.mark.parametrize("how", ["disabled", "demoted"])
async def test_an_administrator_who_was_put_out_cannot_come_back(world: Any, evil: Principal, how: str) -> None:
    change = {"status": "disabled"} if how == "disabled" else {"role": "basic"}
    assert (await world.change(f"/users/{evil.user_id}", RESELLER, change)).status_code == 200
    anything = {"If-Match": "*"}
    attacks = [
        ("PATCH", f"/users/{evil.user_id}", {"status": "active"}),
        ("PATCH", f"/users/{evil.user_id}", {"role": "administrator"}),
        ("PATCH", f"/users/{evil.user_id}", {"email": "back@evil.example"}),
        ("PATCH", f"/users/{RESELLER.user_id}", {"role": "basic"}),
        ("DELETE", f"/users/{RESELLER.user_id}", None),
        ("POST", "/users", {**USER, "login": "porte", "role": "administrator", "email": "back@evil.example"}),
        ("POST", "/addresses", ADDRESS),
        ("PATCH", "/organisation", {"name": "Evil"}),
        ("POST", "/clients", {"name": "Evil"}),
    ]
    if how == "disabled":
        attacks.append(("PATCH", "/me", {"first_name": "Evil"}))
    for method, path, body in attacks:
        answer = await world.call(method, path, evil, json=body, headers=anything)
        assert answer.status_code in (401, 403), (method, path)
    assert (await world.log_in("revendeur")).status_code == 200
    assert (await world.user("porte")) is None
    assert (await world.user("revendeur_lecteur")).version == 2, "nothing but what was done to him"


async def test_a_stolen_token_does_nothing_after_the_owners_reset(world: Any) -> None:
    stolen = (await world.log_in("client")).json()["access_token"]
    await world.call("POST", "/auth/password/forgot", json={"login": "client"})
    await world.harness.run_jobs()
    [(_, token)] = await world.links(PasswordResetRequested)
    done = await world.call("POST", "/auth/password/reset", json={"token": token, "password": NEW})
    assert done.status_code == 200
    for body in ({"email": "thief@evil.example"}, {"login": "thief"}, {"first_name": "Thief"}):
        answer = await world.bearer(stolen, "PATCH", "/me", json=body, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
    password = {"current": NEW, "new": "encore un autre mot de passe"}
    assert (await world.bearer(stolen, "POST", "/me/password", json=password)).status_code == 401


async def test_a_stolen_token_does_nothing_after_the_owner_ended_its_session(world: Any) -> None:
    stolen = (await world.log_in("client")).json()["access_token"]
    listed = (await world.bearer(stolen, "GET", "/sessions")).json()["items"]
    [session] = [item["id"] for item in listed if item["current"]]
    assert (await world.call("DELETE", f"/sessions/{session}", CLIENT)).status_code == 204
    answer = await world.bearer(stolen, "PATCH", "/me", json={"first_name": "Thief"}, headers={"If-Match": "*"})
    assert answer.status_code == 401


@pytest.mark.parametrize("change", [{"role": "basic"}, {"status": "disabled"}, {"login": "autre"}, {"email": "a@b.fr"}])
async def test_ones_own_role_access_and_address_are_not_changed_among_the_colleagues(
    world: Any, evil: Principal, change: dict[str, str]
) -> None:
    answer = await world.change(f"/users/{evil.user_id}", evil, change)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_account")
    assert (await world.call("DELETE", f"/users/{evil.user_id}", evil)).json()["code"] == "own_account"
    assert (await world.change(f"/users/{evil.user_id}", evil, {"phone": "0102030405"})).status_code == 200


async def test_two_administrators_who_put_each_other_out_at_once_do_not_both_succeed(
    world: Any, evil: Principal
) -> None:
    for _ in range(3):
        await world.sql("UPDATE users SET status = 'active'")
        await world.sql("UPDATE sessions SET revoked_at = NULL")
        answers = await asyncio.gather(
            world.call("DELETE", f"/users/{evil.user_id}", RESELLER),
            world.call("DELETE", f"/users/{RESELLER.user_id}", evil),
        )
        assert sorted(answer.status_code for answer in answers) == [204, 401]


async def test_sqp_and_a_reseller_who_change_the_same_client_at_once_both_get_an_answer(world: Any) -> None:
    path = f"/clients/{CLIENT.organisation_id}"
    anything = {"If-Match": "*"}
    calls = [
        world.call("PATCH", path, caller, json={"name": f"Nom {n}"}, headers=anything)
        for n, caller in enumerate((SQP, RESELLER) * 4)
    ]
    own = [
        world.call("PATCH", "/organisation", CLIENT, json={"name": f"Propre {n}"}, headers=anything) for n in range(4)
    ]
    answers = await asyncio.gather(*calls, *own)
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("change", [{"email": "stranger@elsewhere.test"}, {"login": "stranger"}])
async def test_an_open_session_is_not_enough_to_take_an_account_over(world: Any, change: dict[str, str]) -> None:
    without = await world.change("/me", CLIENT, change)
    wrong = await world.change("/me", CLIENT, {**change, "current_password": "wrong"})
    assert (without.json()["code"], wrong.json()["code"]) == ("password_needed", "wrong_password")
    assert (await world.change("/me", CLIENT, {**change, "current_password": world.password})).status_code == 200


async def test_a_log_in_of_the_last_minutes_stands_for_the_password(world: Any) -> None:
    token = (await world.log_in("client")).json()["access_token"]
    change = {"json": {"email": "neuf@exemple.fr"}, "headers": {"If-Match": "*"}}
    assert (await world.bearer(token, "PATCH", "/me", **change)).status_code == 200
    await world.sql("UPDATE sessions SET created_at = created_at - interval '6 minutes'")
    change["json"] = {"email": "autre@exemple.fr"}
    assert (await world.bearer(token, "PATCH", "/me", **change)).json()["code"] == "password_needed"

"""A sole administrator who lost everything: two people of SQP, a link by mail, and everybody is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from services.identity.tests.conftest import NEW, opened, person
from services.identity.tests.phones import Phone, enrol, prove, step

from devkit.harness import OTHER_RESELLER, SQP
from events.identity import PasswordResetRequested, RescueGranted, SecondFactorChanged
from web.auth.principal import Principal

LOGIN = "autre_revendeur"
ASKED = {"login": LOGIN, "reason": "rappelée au numéro du contrat, pièce d’identité vue"}


@pytest.fixture
async def second(world: Any) -> Principal:
    """Another administrator of SQP."""
    user_id = uuid4()
    principal = replace(SQP, subject=str(user_id), user_id=user_id, session_id=uuid4())
    async with world.harness.service.database.transaction() as session:
        session.add(person("sqp_second", principal, await world.kit.passwords.hash(world.password)))
        await session.flush()
        session.add(opened(principal))
    return principal


@pytest.fixture
async def lost(world: Any) -> Phone:
    """The application of a reseller's only administrator."""
    return await enrol(world, LOGIN)


async def ask(world: Any, principal: Principal = SQP, **changes: Any) -> Any:
    await prove(world, principal)
    return await world.call("POST", "/rescues", principal, json=ASKED | changes)


async def pending(world: Any, principal: Principal = SQP) -> Any:
    return (await world.call("GET", "/rescues", principal)).json()["items"]


async def decide(world: Any, what: str, principal: Principal) -> Any:
    [rescue] = await pending(world)
    await prove(world, principal)
    return await world.call("POST", f"/rescues/{rescue['id']}/{what}", principal)


async def test_two_people_of_sqp_let_the_person_begin_again(
    world: Any, second: Principal, lost: Phone, told: Any
) -> None:
    session = (await step(world, await world.log_in(LOGIN), await lost.unused())).json()["refresh_token"]
    assert (await ask(world)).status_code == 202
    assert (await told(SecondFactorChanged))[-1].change == "rescue_asked"
    assert [rescue["own"] for rescue in await pending(world)] == [True]
    assert [rescue["own"] for rescue in await pending(world, second)] == [False]
    assert (await decide(world, "confirm", second)).status_code == 204
    assert await pending(world) == []
    [(mail, token)] = await world.links(RescueGranted)
    assert mail.email == f"{LOGIN}@exemple.fr"
    # Until the link is followed nothing changes.
    assert (await world.log_in(LOGIN)).json()["code"] == "second_factor_needed"
    shown = (await world.call("POST", "/auth/password/link", json={"token": token})).json()
    assert (shown["login"], shown["purpose"]) == (LOGIN, "rescue")
    body = {"token": token, "password": NEW}
    assert (await world.call("POST", "/auth/password/reset", json=body)).status_code == 200
    assert (await world.log_in(LOGIN, NEW)).status_code == 200
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": session})).status_code == 401
    assert (await told(SecondFactorChanged))[-1].change == "factors_reset"
    assert (await world.call("POST", "/auth/password/reset", json=body)).json()["code"] == "link_invalid"
    for action, by in (("rescue.ask", SQP), ("rescue.confirm", second), ("factor.factors_reset", OTHER_RESELLER)):
        [entry] = await world.audited(action)
        assert (entry.organisation_id, entry.actor) == (OTHER_RESELLER.organisation_id, str(by.user_id))


async def test_each_of_the_two_gives_the_password_again(world: Any, second: Principal, lost: Phone) -> None:
    assert (await world.call("POST", "/rescues", SQP, json=ASKED)).json()["code"] == "proof_needed"
    await ask(world)
    [rescue] = await pending(world)
    refused = await world.call("POST", f"/rescues/{rescue['id']}/confirm", second)
    assert refused.json()["code"] == "proof_needed"


async def test_nobody_confirms_what_one_asked_oneself(world: Any, lost: Phone, told: Any) -> None:
    await ask(world)
    assert (await decide(world, "confirm", SQP)).json()["code"] == "second_person_needed"
    assert await told(RescueGranted) == []


async def test_it_waits_for_a_day(world: Any, second: Principal, lost: Phone) -> None:
    await ask(world)
    [rescue] = await pending(world)
    await world.sql("UPDATE rescues SET expires_at = now() - interval '1 second'")
    assert await pending(world) == []
    await prove(world, second)
    late = await world.call("POST", f"/rescues/{rescue['id']}/confirm", second)
    assert late.json()["code"] == "rescue_over"
    assert (await ask(world)).status_code == 202, "and may be asked for again"


async def test_it_is_decided_once(world: Any, second: Principal, lost: Phone, told: Any) -> None:
    await ask(world)
    assert (await ask(world)).json()["code"] == "rescue_pending"
    [rescue] = await pending(world)
    assert (await decide(world, "refuse", SQP)).status_code == 204
    await prove(world, second)
    for what in ("confirm", "refuse"):
        answer = await world.call("POST", f"/rescues/{rescue['id']}/{what}", second)
        assert answer.json()["code"] == "rescue_over"
    assert await told(RescueGranted) == []


async def test_it_is_for_the_only_administrator_of_another_organisation(world: Any, lost: Phone) -> None:
    for login in ("revendeur_lecteur", "sqp"):
        assert (await ask(world, login=login)).json()["code"] == "not_sole_administrator"
    assert (await ask(world, login="personne")).status_code == 404
    assert (await ask(world, login="client")).json()["code"] == "person_without_factor"
    await world.sql("UPDATE users SET role = 'administrator' WHERE login = 'revendeur_lecteur'")
    await enrol(world, "revendeur")
    assert (await ask(world, login="revendeur")).json()["code"] == "not_sole_administrator"


async def test_another_administrator_who_came_meanwhile_ends_the_need(world: Any, second: Principal, told: Any) -> None:
    await enrol(world, "revendeur")
    await ask(world, login="revendeur")
    await world.sql("UPDATE users SET role = 'administrator' WHERE login = 'revendeur_lecteur'")
    assert (await decide(world, "confirm", second)).json()["code"] == "not_sole_administrator"
    assert await told(RescueGranted) == []


async def test_a_password_chosen_meanwhile_voids_the_link(world: Any, second: Principal, lost: Phone) -> None:
    """Who reads the mailbox and chose a password in the usual way has no use for it."""
    await ask(world)
    await decide(world, "confirm", second)
    [(_, token)] = await world.links(RescueGranted)
    await world.call("POST", "/auth/password/forgot", json={"login": LOGIN})
    await world.harness.run_jobs()
    [(_, usual)] = await world.links(PasswordResetRequested)
    assert (await world.call("POST", "/auth/password/reset", json={"token": usual, "password": NEW})).status_code == 200
    over = await world.call("POST", "/auth/password/reset", json={"token": token, "password": NEW})
    assert over.json()["code"] == "link_invalid"
    assert (await world.log_in(LOGIN, NEW)).json()["code"] == "second_factor_needed"


async def test_where_the_organisation_asks_for_a_factor_another_one_is_added(
    world: Any, second: Principal, lost: Phone
) -> None:
    await world.call("PUT", "/organisation/second-factor", OTHER_RESELLER, json={"required": True})
    await ask(world)
    await decide(world, "confirm", second)
    [(_, token)] = await world.links(RescueGranted)
    await world.call("POST", "/auth/password/reset", json={"token": token, "password": NEW})
    assert (await world.log_in(LOGIN, NEW)).json()["code"] == "second_factor_to_add"

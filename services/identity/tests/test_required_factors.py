"""An organisation asks its people for a second factor; its administrators reset those of a colleague who lost them."""

from __future__ import annotations

from typing import Any

import pytest
from services.identity.tests.phones import Phone, confirm, enrol, prove, step

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP
from events.identity import SecondFactorChanged


async def require(world: Any, principal: Any = RESELLER, *, required: bool = True) -> Any:
    return await world.call("PUT", "/organisation/second-factor", principal, json={"required": required})


async def begin(world: Any, first: Any) -> Any:
    body = {"second_step": first.json()["second_step"]}
    return await world.call("POST", "/auth/second-step/application", json=body)


@pytest.fixture
async def phone(world: Any) -> Phone:
    """The reseller's administrator asks for a second factor and has one."""
    phone = await enrol(world, "revendeur")
    assert (await require(world)).status_code == 200
    return phone


@pytest.mark.parametrize("login", ["revendeur", "sqp", "client"])
async def test_who_asks_for_one_has_one_and_gave_it_a_moment_ago(world: Any, login: str) -> None:
    principal = world.people[login]
    assert (await require(world, principal)).json()["code"] == "proof_needed"
    await prove(world, principal)
    assert (await require(world, principal)).json()["code"] == "own_factor_first"
    await enrol(world, login)
    answer = await require(world, principal)
    assert (answer.status_code, answer.json()["second_factor_required"]) == (200, True)


async def test_who_has_none_adds_one_before_anything_opens(world: Any, phone: Phone, told: Any) -> None:
    first = await world.log_in("revendeur_lecteur", client="browser", remember=True)
    assert (first.status_code, first.json()["code"]) == (401, "second_factor_to_add")
    assert (await step(world, first, "123456")).json()["code"] == "second_step_over", "there is no factor to give"
    enrolment = (await begin(world, first)).json()
    assert enrolment == (await begin(world, first)).json()
    new = Phone(world, "revendeur_lecteur", RESELLER_BASIC, enrolment["secret"])
    body = {"second_step": first.json()["second_step"], "code": "000000"}
    refused = await world.ask("/auth/second-step/application/confirm", body)
    assert refused.json()["code"] == "wrong_code"
    added = await world.ask("/auth/second-step/application/confirm", body | {"code": new.code()})
    assert added.status_code == 200, added.text
    assert len(added.json()["codes"]) == 10
    session = added.json()["session"]
    assert session["max_age"] == 30 * 86_400
    body = {"session_token": session["session_token"]}
    assert (await world.call("POST", "/auth/exchange", json=body)).status_code == 200
    assert (await begin(world, first)).json()["code"] == "second_step_over", "it is good once"
    assert (await step(world, await world.log_in("revendeur_lecteur"), await new.unused())).status_code == 200
    assert (await told(SecondFactorChanged))[-1].change == "application_added"


async def test_a_program_is_told_in_words_and_gets_no_token(world: Any, phone: Phone) -> None:
    answer = await world.log_in("revendeur_lecteur")
    assert answer.json()["title"].startswith("Votre société demande un second facteur")
    assert not {"access_token", "refresh_token"} & answer.json().keys()


async def test_an_application_that_waits_belongs_to_the_log_in_that_asked(world: Any, phone: Phone) -> None:
    first, other = [await world.log_in("revendeur_lecteur") for _ in range(2)]
    seen = (await begin(world, first)).json()["secret"]
    assert (await begin(world, other)).json()["secret"] != seen


async def test_who_has_one_adds_no_other_at_log_in(world: Any, phone: Phone) -> None:
    assert (await begin(world, await world.log_in("revendeur"))).json()["code"] == "second_step_over"


async def test_open_sessions_without_a_factor_end(world: Any) -> None:
    token = (await world.log_in("revendeur_lecteur")).json()["refresh_token"]
    await enrol(world, "revendeur")
    assert (await require(world)).status_code == 200
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": token})).status_code == 401
    assert (await world.call("PATCH", "/me", RESELLER_BASIC, json={}, headers={"If-Match": "*"})).status_code == 401
    assert (await world.call("GET", "/auth/factors", RESELLER)).status_code == 200


async def test_a_session_that_slipped_through_goes_no_further(world: Any) -> None:
    token = (await world.log_in("revendeur_lecteur")).json()["refresh_token"]
    await world.sql("UPDATE organisations SET second_factor_required = true WHERE code = 'REV-0001'")
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": token})).json()["code"] == "session_over"


async def test_the_last_factor_stays_while_the_organisation_asks(world: Any, phone: Phone) -> None:
    refused = await world.call("DELETE", "/auth/factors/application", RESELLER)
    assert refused.json()["code"] == "second_factor_required"
    assert (await require(world, required=False)).json()["second_factor_required"] is False
    assert (await world.call("DELETE", "/auth/factors/application", RESELLER)).status_code == 204
    assert (await world.log_in("revendeur_lecteur")).status_code == 200


async def test_administrators_are_told_and_others_organisations_are_not_concerned(
    world: Any, phone: Phone, told: Any
) -> None:
    mail = (await told(SecondFactorChanged))[-1]
    assert (mail.change, mail.login) == ("factor_required", "revendeur")
    assert (await world.log_in("autre_revendeur")).status_code == 200
    assert (await world.log_in("client")).status_code == 200
    [entry] = await world.audited("organisation.require_factor")
    assert entry.organisation_id == RESELLER.organisation_id
    before = len(await told(SecondFactorChanged))
    await require(world)
    assert len(await told(SecondFactorChanged)) == before, "the same again is no news"


async def reset(world: Any, principal: Any, whose: Any) -> Any:
    return await world.call("DELETE", f"/users/{whose.user_id}/factors", principal)


async def test_an_administrator_resets_a_colleague_who_lost_everything(world: Any, told: Any) -> None:
    lost = await enrol(world, "revendeur_lecteur")
    assert (await reset(world, RESELLER, RESELLER_BASIC)).json()["code"] == "proof_needed"
    await prove(world, RESELLER)
    token = (await step(world, await world.log_in("revendeur_lecteur"), await lost.unused())).json()["refresh_token"]
    assert (await world.call("GET", f"/users/{RESELLER_BASIC.user_id}", RESELLER)).json()["second_factor"] is True
    assert (await reset(world, RESELLER, RESELLER_BASIC)).status_code == 204
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": token})).status_code == 401
    assert (await world.log_in("revendeur_lecteur")).status_code == 200
    mail = (await told(SecondFactorChanged))[-1]
    assert (mail.change, mail.login) == ("factors_reset", "revendeur_lecteur")
    [entry] = await world.audited("factor.factors_reset")
    assert (entry.actor, entry.subject) == (str(RESELLER.user_id), str(RESELLER_BASIC.user_id))
    assert (await reset(world, RESELLER, RESELLER_BASIC)).json()["code"] == "person_without_factor"


async def test_nobody_resets_oneself_or_another_organisations_people(world: Any) -> None:
    await enrol(world, "revendeur")
    assert (await reset(world, RESELLER, RESELLER)).json()["code"] == "own_account"
    for stranger in (OTHER_RESELLER, CLIENT, SQP):
        await prove(world, stranger)
        assert (await reset(world, stranger, RESELLER)).status_code == 404
    await prove(world, RESELLER_BASIC)
    assert (await reset(world, RESELLER_BASIC, RESELLER)).status_code == 403


async def test_after_a_reset_the_organisations_rule_still_holds(world: Any, phone: Phone) -> None:
    first = await world.log_in("revendeur_lecteur")
    secret = (await begin(world, first)).json()["secret"]
    new = Phone(world, "revendeur_lecteur", RESELLER_BASIC, secret)
    body = {"second_step": first.json()["second_step"], "code": new.code()}
    await world.ask("/auth/second-step/application/confirm", body)
    assert (await reset(world, RESELLER, RESELLER_BASIC)).status_code == 204
    assert (await world.log_in("revendeur_lecteur")).json()["code"] == "second_factor_to_add"


async def test_an_enrolment_of_a_session_is_not_one_of_a_log_in(world: Any, phone: Phone) -> None:
    assert (await confirm(world, RESELLER, phone.code(1))).json()["code"] == "no_enrolment"

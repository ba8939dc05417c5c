"""Second factors: added, used once, removed; each change is told and ends other sessions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from services.identity.tests.phones import confirm, enrol, prove
from services.identity.tests.test_sessions import everything_stored
from sqlalchemy import text

from devkit.harness import RESELLER, RESELLER_BASIC
from events.identity import SecondFactorChanged, SessionClosed


async def factors(world: Any, principal: Any = RESELLER) -> Any:
    return (await world.call("GET", "/auth/factors", principal)).json()


async def test_an_application_counts_once_it_has_shown_a_right_code(world: Any, told: Any) -> None:
    await prove(world, RESELLER)
    await world.call("POST", "/auth/factors/application", RESELLER)
    assert (await world.log_in("revendeur")).status_code == 200
    assert (await factors(world))["application_since"] is None
    refused = await confirm(world, RESELLER, "000000")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_code")
    await enrol(world, "revendeur")
    assert (await factors(world))["application_since"] is not None
    assert (await world.log_in("revendeur")).json()["code"] == "second_factor_needed"
    [mail] = await told(SecondFactorChanged)
    assert (mail.change, mail.email) == ("application_added", "revendeur@exemple.fr")


async def test_the_password_is_asked_again_first(world: Any) -> None:
    for method, path in (("POST", ""), ("DELETE", "")):
        refused = await world.call(method, f"/auth/factors/application{path}", RESELLER)
        assert (refused.status_code, refused.json()["code"]) == (409, "proof_needed")
    assert (await prove(world, RESELLER, password="faux")).json()["code"] == "wrong_password"
    assert (await world.call("POST", "/auth/factors/application", RESELLER)).status_code == 409
    await prove(world, RESELLER)
    assert (await world.call("POST", "/auth/factors/application", RESELLER)).status_code == 200
    await world.sql("UPDATE sessions SET proven_at = now() - interval '6 minutes'")
    assert (await world.call("POST", "/auth/factors/application", RESELLER)).json()["code"] == "proof_needed"
    assert (await factors(world))["proven_until"] is None


async def test_a_proof_is_of_one_session_alone(world: Any) -> None:
    await prove(world, RESELLER)
    other = (await world.log_in("revendeur")).json()["access_token"]
    assert (await world.bearer(other, "POST", "/auth/factors/application")).json()["code"] == "proof_needed"


async def test_with_a_factor_the_password_alone_proves_nothing(world: Any) -> None:
    phone = await enrol(world, "revendeur")
    await world.sql("UPDATE sessions SET proven_at = NULL")
    assert (await prove(world, RESELLER)).json()["code"] == "code_needed"
    assert (await prove(world, RESELLER, "000000")).json()["code"] == "wrong_code"
    assert (await factors(world))["proven_until"] is None
    assert (await phone.prove()).status_code == 204
    assert (await factors(world))["proven_until"] is not None


async def test_the_secret_stays_the_same_until_its_first_code_and_is_told_no_more_then(world: Any) -> None:
    await prove(world, RESELLER)
    first = await world.call("POST", "/auth/factors/application", RESELLER)
    again = await world.call("POST", "/auth/factors/application", RESELLER)
    assert first.json() == again.json()
    assert first.json()["uri"].startswith("otpauth://totp/SQP:revendeur?secret=")
    assert len(first.json()["secret"]) == 32
    assert first.headers["cache-control"] == "no-store"
    phone = await enrol(world, "revendeur")
    after = await world.call("POST", "/auth/factors/application", RESELLER)
    assert after.json()["secret"] != phone.secret


async def test_another_session_is_never_shown_the_secret(world: Any) -> None:
    """A thief who began to add an application does not know the owner's."""
    thief = (await world.log_in("revendeur")).json()["access_token"]
    await world.bearer(thief, "POST", "/auth/proof", json={"password": world.password})
    seen = (await world.bearer(thief, "POST", "/auth/factors/application")).json()["secret"]
    phone = await enrol(world, "revendeur")
    assert phone.secret != seen
    late = await world.bearer(thief, "POST", "/auth/factors/application/confirm", json={"code": phone.code(1)})
    assert late.status_code in (401, 409)


async def test_nothing_of_a_factor_is_stored_readable(world: Any) -> None:
    phone = await enrol(world, "revendeur")
    first = (await world.log_in("revendeur")).json()["second_step"]
    stored = await everything_stored(world)
    async with world.harness.service.database.reader() as reader:
        for table in ("authenticators", "enrolments", "recovery_codes", "waiting_log_ins", "idempotency"):
            rows = (await reader.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))).all()
            stored += "\n".join(map(str, rows))
    for secret in (phone.secret, first, *phone.recovery_codes):
        assert secret not in stored


async def test_ten_recovery_codes_each_good_once(world: Any, told: Any) -> None:
    phone = await enrol(world, "revendeur")
    assert len(set(phone.recovery_codes)) == 10
    spoken = phone.recovery_codes[0].lower().replace("-", " ")
    assert (await prove(world, RESELLER, spoken)).status_code == 204
    assert (await prove(world, RESELLER, phone.recovery_codes[0])).json()["code"] == "wrong_code"
    assert (await factors(world))["recovery_codes_left"] == 9
    used = (await told(SecondFactorChanged))[-1]
    assert (used.change, used.left) == ("recovery_code_used", 9)


async def test_codes_made_anew_replace_those_before(world: Any) -> None:
    phone = await enrol(world, "revendeur")
    made = (await world.call("POST", "/auth/factors/recovery-codes", RESELLER)).json()["codes"]
    assert not set(made) & set(phone.recovery_codes)
    assert (await prove(world, RESELLER, phone.recovery_codes[1])).json()["code"] == "wrong_code"
    assert (await prove(world, RESELLER, made[1])).status_code == 204


async def test_recovery_codes_stand_in_for_a_factor_alone(world: Any) -> None:
    await prove(world, RESELLER)
    refused = await world.call("POST", "/auth/factors/recovery-codes", RESELLER)
    assert refused.json()["code"] == "no_second_factor"


async def test_an_application_takes_the_place_of_the_one_before_and_codes_stay(world: Any) -> None:
    old = await enrol(world, "revendeur")
    secret = (await world.call("POST", "/auth/factors/application", RESELLER)).json()["secret"]
    new = type(old)(world, "revendeur", RESELLER, secret)
    assert (await confirm(world, RESELLER, new.code())).json()["codes"] == []
    assert (await prove(world, RESELLER, await old.unused())).json()["code"] == "wrong_code"
    assert (await new.prove()).status_code == 204
    assert (await prove(world, RESELLER, old.recovery_codes[0])).status_code == 204


async def test_without_the_last_factor_the_password_opens_again(world: Any, told: Any) -> None:
    await enrol(world, "revendeur")
    assert (await world.call("DELETE", "/auth/factors/application", RESELLER)).status_code == 204
    assert (await world.log_in("revendeur")).status_code == 200
    assert (await factors(world))["recovery_codes_left"] == 0
    assert [mail.change for mail in await told(SecondFactorChanged)] == ["application_added", "application_removed"]
    await prove(world, RESELLER)
    again = await world.call("DELETE", "/auth/factors/application", RESELLER)
    assert again.json()["code"] == "no_second_factor"


@pytest.mark.parametrize("change", ["added", "removed"])
async def test_a_change_ends_the_persons_other_sessions(world: Any, told: Any, change: str) -> None:
    phone = await enrol(world, "revendeur") if change == "removed" else None
    if phone:
        first = await world.log_in("revendeur")
        answer = await world.ask(
            "/auth/second-step", {"second_step": first.json()["second_step"], "code": await phone.unused()}
        )
    else:
        answer = await world.log_in("revendeur")
    other, before = answer.json()["refresh_token"], len(await told(SessionClosed))
    if phone:
        await world.call("DELETE", "/auth/factors/application", RESELLER)
    else:
        await enrol(world, "revendeur")
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": other})).status_code == 401
    assert len(await told(SessionClosed)) == before + 1
    assert (await world.call("GET", "/auth/factors", RESELLER)).status_code == 200
    assert (await world.call("POST", "/auth/proof", RESELLER, json={"password": "faux"})).status_code == 409, "open"


async def test_every_step_is_on_record(world: Any) -> None:
    phone = await enrol(world, "revendeur")
    await prove(world, RESELLER, "000000")
    await prove(world, RESELLER, phone.recovery_codes[0])
    await world.call("DELETE", "/auth/factors/application", RESELLER)
    for action in ("application_added", "refuse", "recovery_code_used", "application_removed"):
        [entry] = await world.audited(f"factor.{action}")
        assert (entry.organisation_id, entry.subject) == (RESELLER.organisation_id, str(RESELLER.user_id))
    assert len(await world.audited("session.prove")) == 2


async def test_of_two_equal_codes_at_once_one_is_taken(world: Any) -> None:
    phone = await enrol(world, "revendeur")
    code = await phone.unused()
    answers = await asyncio.gather(*(prove(world, RESELLER, code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]


async def test_guesses_at_a_code_are_counted(world: Any) -> None:
    await enrol(world, "revendeur")
    statuses = [(await prove(world, RESELLER, "000000")).status_code for _ in range(11)]
    assert statuses == [409] * 10 + [429]


async def test_factors_are_a_persons_own(world: Any) -> None:
    await enrol(world, "revendeur")
    assert (await factors(world, RESELLER_BASIC))["application_since"] is None
    assert (await world.log_in("revendeur_lecteur")).status_code == 200

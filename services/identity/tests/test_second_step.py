"""A log-in in two steps: what the password alone opens is nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from services.identity.tests.conftest import NEW
from services.identity.tests.phones import Phone, enrol, step
from sqlalchemy import text

from devkit.harness import RESELLER
from events.identity import PasswordResetRequested, SessionClosed
from identity.service import retention


@pytest.fixture
async def phone(world: Any) -> Phone:
    return await enrol(world, "revendeur")


async def test_a_program_gets_its_tokens_after_the_second_step_alone(world: Any, phone: Phone) -> None:
    first = await world.log_in("revendeur")
    assert (first.status_code, first.json()["code"], first.json()["expires_in"]) == (401, "second_factor_needed", 300)
    assert not {"access_token", "refresh_token", "session_token"} & first.json().keys()
    second = await step(world, first, await phone.unused())
    assert second.status_code == 200
    assert (await world.bearer(second.json()["access_token"], "GET", "/me")).json()["login"] == "revendeur"


async def test_a_browser_gets_the_session_that_it_asked_for(world: Any, phone: Phone) -> None:
    first = await world.log_in("revendeur", client="browser", remember=True)
    second = (await step(world, first, await phone.unused())).json()
    assert second["max_age"] == 30 * 86_400
    exchanged = await world.call("POST", "/auth/exchange", json={"session_token": second["session_token"]})
    assert exchanged.status_code == 200
    [opened] = [entry for entry in await world.audited("session.open") if "factor" in entry.details]
    assert opened.details["factor"] == "application"


async def test_the_session_that_the_browser_leaves_ends_with_the_second_step(
    world: Any, phone: Phone, told: Any
) -> None:
    first = await step(world, await world.log_in("revendeur", client="browser"), await phone.unused())
    before = len(await told(SessionClosed))
    again = await world.log_in("revendeur", client="browser")
    assert len(await told(SessionClosed)) == before
    await step(world, again, await phone.unused(), session_token=first.json()["session_token"])
    assert len(await told(SessionClosed)) == before + 1


async def test_what_waits_opens_nothing_else(world: Any, phone: Phone) -> None:
    token = (await world.log_in("revendeur", client="browser")).json()["second_step"]
    assert (await world.bearer(token, "GET", "/me")).status_code == 401
    for path, body in (
        ("exchange", {"session_token": token}),
        ("refresh", {"refresh_token": token}),
        ("activation", {"token": token}),
        ("password/reset", {"token": token, "password": NEW}),
    ):
        assert (await world.call("POST", f"/auth/{path}", json=body)).status_code in (401, 409)


async def test_it_is_good_once_and_for_five_minutes(world: Any, phone: Phone) -> None:
    first = await world.log_in("revendeur")
    assert (await step(world, first, await phone.unused())).status_code == 200
    assert (await step(world, first, await phone.unused())).json()["code"] == "second_step_over"
    late = await world.log_in("revendeur")
    await world.sql("UPDATE waiting_log_ins SET expires_at = now() - interval '1 second'")
    assert (await step(world, late, await phone.unused())).json()["code"] == "second_step_over"


async def test_a_code_is_good_once_for_everything(world: Any, phone: Phone) -> None:
    code = await phone.unused()
    firsts = [await world.log_in("revendeur") for _ in range(3)]
    answers = await asyncio.gather(*(step(world, first, code) for first in firsts))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    earlier = await step(world, await world.log_in("revendeur"), phone.code(-1))
    assert earlier.json()["code"] == "wrong_code", "a step before the last one that was taken"


async def test_the_code_that_added_the_application_is_used(world: Any, phone: Phone) -> None:
    assert (await step(world, await world.log_in("revendeur"), phone.code())).json()["code"] == "wrong_code"


async def test_clocks_may_differ_by_a_step_and_no_more(world: Any, phone: Phone) -> None:
    await phone.unused()
    for later in (-3, 3):
        assert (await step(world, await world.log_in("revendeur"), phone.code(later))).status_code == 409
    assert (await step(world, await world.log_in("revendeur"), phone.code(1))).status_code == 200


async def test_a_recovery_code_is_as_good_once(world: Any, phone: Phone) -> None:
    code = phone.recovery_codes[3]
    assert (await step(world, await world.log_in("revendeur"), code)).status_code == 200
    assert (await step(world, await world.log_in("revendeur"), code)).json()["code"] == "wrong_code"


@pytest.mark.parametrize("ends", ["password", "disabled", "closed"])
async def test_it_is_over_when_the_account_changes_underneath(world: Any, phone: Phone, ends: str) -> None:
    first = await world.log_in("revendeur")
    if ends == "password":
        body = {"current": world.password, "new": NEW}
        assert (await world.call("POST", "/me/password", RESELLER, json=body)).status_code == 204
    elif ends == "disabled":
        await world.sql("UPDATE users SET status = 'disabled' WHERE login = 'revendeur'")
    else:
        await world.sql("UPDATE organisations SET portal_access = false WHERE code = 'REV-0001'")
    assert (await step(world, first, await phone.unused())).json()["code"] == "second_step_over"


async def test_a_wrong_password_tells_nothing_of_the_factor(world: Any, phone: Phone) -> None:
    refused = await world.log_in("revendeur", "faux")
    assert (refused.status_code, refused.json()["code"]) == (401, "login_refused")
    assert "second_step" not in refused.json()


async def test_a_thief_of_the_password_does_not_keep_the_owners_device_out(world: Any, phone: Phone) -> None:
    first = await world.log_in("revendeur", client="browser")
    device = (await step(world, first, await phone.unused())).json()["device_token"]
    first = await world.log_in("revendeur")
    statuses = [(await step(world, first, "000000")).status_code for _ in range(11)]
    assert statuses == [409] * 10 + [429]
    own = await world.log_in("revendeur", client="browser", device=device)
    assert (await step(world, own, await phone.unused(), device=device)).status_code == 200
    # What a stranger makes up is not taken for a device.
    made_up = await world.log_in("revendeur", client="browser", device="made-up")
    assert (await step(world, made_up, await phone.unused(), device="made-up")).status_code == 429


async def test_a_days_guesses_have_an_end(world: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, account_attempts=1000, codes_per_account=12)
    first = await world.log_in("revendeur")
    statuses = [(await step(world, first, "000000")).status_code for _ in range(13)]
    assert statuses == [409] * 12 + [429]


async def test_a_forgotten_password_is_no_way_around(world: Any, phone: Phone) -> None:
    await world.call("POST", "/auth/password/forgot", json={"login": "revendeur"})
    await world.harness.run_jobs()
    [(_, token)] = await world.links(PasswordResetRequested)
    await world.call("POST", "/auth/password/reset", json={"token": token, "password": NEW})
    assert (await world.log_in("revendeur", NEW)).json()["code"] == "second_factor_needed"


async def test_what_came_to_nothing_is_cleared_away(world: Any, phone: Phone) -> None:
    await world.log_in("revendeur")
    await world.sql("UPDATE waiting_log_ins SET expires_at = now() - interval '1 second'")
    async with world.harness.service.database.transaction() as session:
        await retention.clear_away(session)
    async with world.harness.service.database.reader() as reader:
        assert (await reader.execute(text("SELECT count(*) FROM waiting_log_ins"))).scalar_one() == 0

"""Logging in: tokens for programs, sessions for browsers; what ends them."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER
from events.identity import LoggedInFromNewDevice, SessionClosed
from web.auth.tokens import LEEWAY


async def refresh(world: Any, token: str) -> Any:
    return await world.call("POST", "/auth/refresh", json={"refresh_token": token})


async def exchange(world: Any, token: str) -> Any:
    return await world.call("POST", "/auth/exchange", json={"session_token": token})


async def test_a_program_logs_in_and_acts_with_its_token(world: Any) -> None:
    answer = await world.log_in("revendeur")
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] + LEEWAY <= 60, "out within a minute"
    me = await world.bearer(answer.json()["access_token"], "GET", "/me")
    assert (me.json()["login"], me.json()["organisation"]["code"]) == ("revendeur", "REV-0001")


async def test_the_login_is_good_whatever_its_case(world: Any) -> None:
    assert (await world.log_in("REVENDEUR")).status_code == 200


async def test_a_browser_gets_an_opaque_session_and_exchanges_it(world: Any) -> None:
    answer = (await world.log_in("client", client="browser")).json()
    assert answer["max_age"] is None
    assert "." not in answer["session_token"]
    access = (await exchange(world, answer["session_token"])).json()["access_token"]
    assert (await world.bearer(access, "GET", "/me")).json()["login"] == "client"


async def test_a_remembered_browser_stays_for_thirty_days(world: Any) -> None:
    answer = (await world.log_in("client", client="browser", remember=True)).json()
    assert answer["max_age"] == 30 * 86_400
    await world.sql("UPDATE sessions SET last_used_at = now() - interval '29 days'")
    assert (await exchange(world, answer["session_token"])).status_code == 200


async def test_an_idle_browser_session_ends(world: Any) -> None:
    token = (await world.log_in("client", client="browser")).json()["session_token"]
    await world.sql("UPDATE sessions SET expires_at = now() - interval '1 second'")
    assert (await exchange(world, token)).json()["code"] == "session_over"


async def test_a_used_session_slides(world: Any) -> None:
    token = (await world.log_in("client", client="browser")).json()["session_token"]
    await world.sql("UPDATE sessions SET expires_at = now() + interval '1 minute'")
    assert (await exchange(world, token)).status_code == 200
    listed = (await world.call("GET", "/sessions", CLIENT)).json()["items"]
    [session] = [session for session in listed if session["client"] == "browser"]
    left = datetime.fromisoformat(session["expires_at"]) - datetime.fromisoformat(session["last_used_at"])
    assert left == timedelta(hours=12)


async def test_neither_cookie_nor_refresh_token_is_stored_readable(world: Any) -> None:
    browser = (await world.log_in("client", client="browser")).json()["session_token"]
    program = (await world.log_in("client")).json()["refresh_token"]
    stored = await everything_stored(world)
    assert browser not in stored
    assert program not in stored
    assert program.rsplit(".", 1)[1] not in stored


async def everything_stored(world: Any) -> str:
    tables = ("sessions", "link_tokens", "outbox", "audit", "users", "service_accounts", "signing_keys")
    async with world.harness.service.database.reader() as reader:
        rows = [
            str(row)
            for table in tables
            for row in (await reader.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))).all()
        ]
    return "\n".join(rows)


async def test_refreshing_rotates_the_token(world: Any) -> None:
    first = (await world.log_in("client")).json()["refresh_token"]
    second = (await refresh(world, first)).json()["refresh_token"]
    third = (await refresh(world, second)).json()["refresh_token"]
    assert len({first, second, third}) == 3


async def test_a_repeat_within_the_grace_gets_the_same_successor(world: Any) -> None:
    first = (await world.log_in("client")).json()["refresh_token"]
    answers = await asyncio.gather(*(refresh(world, first) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_repeat_after_the_grace_revokes_the_whole_session(world: Any) -> None:
    first = (await world.log_in("client")).json()["refresh_token"]
    second = (await refresh(world, first)).json()["refresh_token"]
    await world.sql("UPDATE sessions SET rotated_at = now() - interval '11 seconds'")
    assert (await refresh(world, first)).status_code == 401
    assert (await refresh(world, second)).status_code == 401
    [reuse] = await world.audited("session.reuse")
    assert reuse.organisation_id == CLIENT.organisation_id


async def test_the_journal_names_the_device_of_a_session(world: Any) -> None:
    await world.log_in("client")
    [opened] = await world.audited("session.open")
    assert opened.details["device"]
    assert opened.details["address"]


async def test_an_older_generation_revokes_the_session_even_within_the_grace(world: Any) -> None:
    first = (await world.log_in("client")).json()["refresh_token"]
    second = (await refresh(world, first)).json()["refresh_token"]
    third = (await refresh(world, second)).json()["refresh_token"]
    assert (await refresh(world, first)).status_code == 401
    assert (await refresh(world, third)).status_code == 401


@pytest.mark.parametrize("spoil", ["{}x", "x{}", "..", "a.b.c", "{}.1", "é"])
async def test_a_forged_refresh_token_is_refused_and_harms_no_session(world: Any, spoil: str) -> None:
    token = (await world.log_in("client")).json()["refresh_token"]
    assert (await refresh(world, spoil.format(token))).status_code == 401
    generation_up = token.replace(".1.", ".2.")
    assert (await refresh(world, generation_up)).status_code == 401
    assert (await refresh(world, token)).status_code == 200


async def test_logging_out_ends_both_kinds_of_session(world: Any) -> None:
    program = (await world.log_in("client")).json()["refresh_token"]
    browser = (await world.log_in("client", client="browser")).json()["session_token"]
    for body in ({"refresh_token": program}, {"session_token": browser}, {"session_token": "unknown"}):
        assert (await world.call("POST", "/auth/logout", json=body)).status_code == 204
    assert (await refresh(world, program)).status_code == 401
    assert (await exchange(world, browser)).status_code == 401


async def test_one_ends_ones_own_sessions_and_nobody_elses(world: Any) -> None:
    token = (await world.log_in("client")).json()["access_token"]
    browser = (await world.log_in("client", client="browser")).json()["session_token"]
    listed = (await world.bearer(token, "GET", "/sessions")).json()["items"]
    assert [item["current"] for item in listed] == [False, True, False]
    other = listed[0]["id"]
    foreign = await world.call("DELETE", f"/sessions/{other}", RESELLER)
    missing = await world.call("DELETE", "/sessions/7b1c64a8-0f58-4d1c-9d69-111111111111", RESELLER)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["title"] == missing.json()["title"]
    assert (await world.bearer(token, "DELETE", f"/sessions/{other}")).status_code == 204
    assert (await exchange(world, browser)).status_code == 401


async def test_a_new_device_is_told_but_not_the_very_first(world: Any, told: Any) -> None:
    await world.log_in("client", agent="Firefox")
    await world.log_in("client", agent="Firefox")
    assert await told(LoggedInFromNewDevice) == []
    await world.log_in("client", agent="Chrome")
    [noticed] = await told(LoggedInFromNewDevice)
    assert (noticed.device, noticed.user_id) == ("Chrome", CLIENT.user_id)


async def test_a_program_that_hashes_little_hashes_few_at_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap on concurrent hashes holds under a burst."""
    running, most, lock = 0, 0, threading.Lock()
    matches = world.kit.passwords._matches

    def counted(*arguments: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return bool(matches(*arguments))
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(world.kit.passwords, "_matches", counted)
    await asyncio.gather(*(world.log_in(f"nobody{n}", "x") for n in range(8)))
    assert 1 <= most <= world.kit.settings.password_hash_concurrency


async def test_every_end_of_a_session_before_its_time_is_told_once(world: Any, told: Any) -> None:
    tokens = [(await world.log_in("revendeur", client="browser")).json()["session_token"] for _ in range(3)]
    for _ in range(2):
        await world.call("POST", "/auth/logout", json={"session_token": tokens[0]})
    assert len(await told(SessionClosed)) == 1
    access = (await exchange(world, tokens[1])).json()["access_token"]
    change = {"current": world.password, "new": "un-autre-mot-de-passe-1"}
    assert (await world.bearer(access, "POST", "/me/password", json=change)).status_code == 204
    assert len(await told(SessionClosed)) == 3, "the third browser's and the harness's"

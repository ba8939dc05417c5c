"""Logging in: tokens for programs, sessions for browsers; what ends them; what a stranger learns (nothing)."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, text

from chassis.auth.tokens import LEEWAY
from chassis.testkit.harness import CLIENT, RESELLER
from events.identity import LoggedInFromNewDevice, SessionClosed


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
    [session] = (await world.call("GET", "/sessions", CLIENT)).json()["items"]
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
    assert [item["current"] for item in listed] == [False, True]
    other = listed[0]["id"]
    foreign = await world.call("DELETE", f"/sessions/{other}", RESELLER)
    missing = await world.call("DELETE", "/sessions/7b1c64a8-0f58-4d1c-9d69-111111111111", RESELLER)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["title"] == missing.json()["title"]
    assert (await world.bearer(token, "DELETE", f"/sessions/{other}")).status_code == 204
    assert (await exchange(world, browser)).status_code == 401


async def test_a_stranger_cannot_tell_why_a_login_was_refused(world: Any) -> None:
    await world.sql("UPDATE users SET status = 'disabled' WHERE login = 'autre_client'")
    await world.sql("UPDATE organisations SET portal_access = false WHERE code = 'CLI-0001'")
    await world.sql("UPDATE users SET password_hash = NULL, status = 'invited' WHERE login = 'revendeur_lecteur'")
    tries = (
        ("nobody", "x"),
        ("revendeur", "wrong"),
        ("autre_client", world.password),
        ("client", world.password),
        ("revendeur_lecteur", world.password),
    )
    answers = [await world.log_in(login, password) for login, password in tries]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert all(body == bodies[0] for body in bodies)
    assert len({tuple(sorted(set(answer.headers) - {"x-request-id"})) for answer in answers}) == 1


async def test_an_unknown_login_costs_a_hash_too(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time tells nothing because the same work is done; counted rather than timed."""
    hashed: list[str] = []
    matches = world.kit.passwords._matches

    def counted(*arguments: Any) -> Any:
        hashed.append(arguments[0])
        return matches(*arguments)

    monkeypatch.setattr(world.kit.passwords, "_matches", counted)
    await world.log_in("nobody", "x")
    await world.log_in("revendeur", "x")
    assert len(hashed) == 2
    assert hashed[0].rsplit("$", 2)[0] == hashed[1].rsplit("$", 2)[0]


async def test_until_the_password_matches_an_account_costs_no_statement_more(world: Any) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    database = world.harness.service.database
    counts = []
    await world.kit.keys.signer()
    for login in ("nobody", "client", "nobody2"):
        statements.clear()
        for engine in (database.engine, database.readers):
            event.listen(engine.sync_engine, "after_cursor_execute", note)
        await world.log_in(login, "wrong")
        for engine in (database.engine, database.readers):
            event.remove(engine.sync_engine, "after_cursor_execute", note)
        counts.append(list(statements))
    assert counts[0]
    assert counts[0] == counts[1] == counts[2]


async def test_a_weaker_hash_is_renewed_by_the_next_login(world: Any) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(world.password)
    await world.sql("UPDATE users SET password_hash = :weak WHERE login = 'client'", weak=weak)
    assert (await world.log_in("client", "wrong")).status_code == 401
    assert (await world.user("client")).password_hash == weak
    assert (await world.log_in("client")).status_code == 200
    assert (await world.user("client")).password_hash.startswith("$argon2id$v=19$m=47104,")
    assert (await world.log_in("client")).status_code == 200


async def test_a_refused_login_is_audited_without_what_was_typed(world: Any) -> None:
    await world.log_in("my secret typed here", "x")
    await world.log_in("client", "wrong")
    unknown, known = await world.audited("session.refuse")
    assert "secret" not in f"{unknown.subject}{unknown.details}"
    assert known.organisation_id == CLIENT.organisation_id


async def test_attempts_on_one_account_are_throttled_known_or_not(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, account_attempts=3)
    for login in ("nobody", "client"):
        answers = [await world.log_in(login, "wrong") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
    assert (await world.log_in("client")).status_code == 429
    assert (await world.log_in("revendeur")).status_code == 200


async def test_parallel_guesses_count_each(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, account_attempts=3)
    answers = await asyncio.gather(*(world.log_in("client", f"guess {n}") for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 5


async def test_attempts_from_one_address_and_overall_are_throttled(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, address_attempts=2)
    answers = [(await world.log_in(f"nobody{n}", "x")).status_code for n in range(3)]
    assert answers == [401, 401, 429]
    world.settings(monkeypatch, address_attempts=100, overall_attempts=3)
    assert (await world.log_in("somebody", "x")).status_code == 429


async def test_a_success_forgives_the_account_and_a_window_ends(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, account_attempts=2)
    await world.log_in("client", "wrong")
    assert (await world.log_in("client")).status_code == 200
    answers = [(await world.log_in("client", "wrong")).status_code for _ in range(3)]
    assert answers == [401, 401, 429]
    await world.sql("UPDATE throttle_counters SET started_at = started_at - interval '1 hour'")
    assert (await world.log_in("client")).status_code == 200


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


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"login": "a"}, 422),
        ({"login": "a", "password": "b", "more": 1}, 422),
        ({"login": "a\u0000", "password": "b"}, 422),
        ({"login": "a", "password": "b" * 201}, 422),
        ({"login": ["a"], "password": "b"}, 422),
        ({"login": "a", "password": "b\u0000"}, 422),
    ],
)
async def test_malformed_logins_are_refused(world: Any, body: dict[str, Any], status: int) -> None:
    assert (await world.call("POST", "/auth/login", json=body)).status_code == status


async def test_every_end_of_a_session_before_its_time_is_told_once(world: Any, told: Any) -> None:
    tokens = [(await world.log_in("revendeur", client="browser")).json()["session_token"] for _ in range(3)]
    for _ in range(2):
        await world.call("POST", "/auth/logout", json={"session_token": tokens[0]})
    assert len(await told(SessionClosed)) == 1
    access = (await exchange(world, tokens[1])).json()["access_token"]
    change = {"current": world.password, "new": "un-autre-mot-de-passe-1"}
    assert (await world.bearer(access, "POST", "/me/password", json=change)).status_code == 204
    assert len(await told(SessionClosed)) == 2

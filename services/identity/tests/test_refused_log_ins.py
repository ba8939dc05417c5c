"""Log-ins that are refused: what a stranger learns (nothing), what guessing costs, and how it is throttled."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from devkit.harness import CLIENT


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

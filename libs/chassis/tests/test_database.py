"""A database that cannot be reached is known to be away in time, wherever the way to it ends."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from math import inf
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.database import CONNECTING, Database, is_unavailable
from devkit.harness import Harness
from devkit.link import Link

PATIENCE = 0.3
IN_TIME = PATIENCE + CONNECTING + 0.7

Ask = Callable[[Database], Awaitable[int]]


async def read(database: Database) -> int:
    """The process of the server that answered."""
    async with database.reader() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def write(database: Database) -> int:
    async with database.transaction() as session:
        return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def kill(harness: Harness, pid: int) -> None:
    other = Database(harness.service.settings)
    async with other.reader() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await other.close()


BOTH = pytest.mark.parametrize("ask", [read, write])


def database_at(harness: Harness, address: str, size: int = 1) -> Database:
    changes: dict[str, Any] = {"database_url": SecretStr(f"postgresql+psycopg://sample:x@{address}/sample")}
    changes |= {"database_pool_timeout": PATIENCE, "database_pool_size": size}
    return Database(harness.service.settings.model_copy(update=changes))


async def refused_in_time(database: Database, ask: Ask) -> None:
    begun = time.monotonic()
    with pytest.raises(PoolTimeout) as refused:
        await ask(database)
    assert is_unavailable(refused.value)
    assert time.monotonic() - begun < IN_TIME


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """An address that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@BOTH
async def test_an_address_that_accepts_and_says_nothing_is_given_up(harness: Harness, silent: str, ask: Ask) -> None:
    database = database_at(harness, silent)
    await refused_in_time(database, ask)
    await database.close()


@BOTH
async def test_a_name_that_nobody_looks_up_is_given_up(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    async def never(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    database = database_at(harness, "database.nowhere:5432")
    await refused_in_time(database, ask)
    await database.close()


async def test_all_who_wait_are_refused_in_time_and_none_keeps_a_place(harness: Harness, silent: str) -> None:
    database = database_at(harness, silent, size=2)
    await asyncio.gather(*(refused_in_time(database, read) for _ in range(8)))
    assert "Current Checked out connections: 0" in database.readers.pool.status()
    await database.close()


async def test_who_leaves_while_connecting_takes_no_place_along(harness: Harness, silent: str) -> None:
    database = database_at(harness, silent)
    for _ in range(3):
        leaving = asyncio.create_task(write(database))
        await asyncio.sleep(0.02)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
    assert "Current Checked out connections: 0" in database.engine.pool.status()
    await database.close()


@pytest.fixture
async def fresh(harness: Harness) -> Database:
    """Without connections of other tests, so that each knows which one it kills."""
    database = harness.service.database
    await database.readers.dispose()
    await database.engine.dispose()
    return database


@BOTH
async def test_a_connection_that_rested_while_its_server_restarted_is_replaced(
    harness: Harness, fresh: Database, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = fresh
    await kill(harness, await ask(database))
    monkeypatch.setattr("chassis.database.RESTED", 0.0)
    await ask(database)


async def test_a_connection_in_use_is_not_asked_whether_its_server_is_there(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, asked = fresh, list[Any]()
    dialect = database.readers.sync_engine.dialect
    monkeypatch.setattr(dialect, "do_ping", asked.append)
    monkeypatch.setattr("chassis.database.RESTED", inf)
    for _ in range(3):
        await read(database)
    assert not asked
    monkeypatch.setattr("chassis.database.RESTED", 0.0)
    await read(database)
    assert len(asked) == 1


@pytest.fixture
async def far(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Database, Link]]:
    """A database behind a way that can fall silent, which is noticed within half a second."""
    monkeypatch.setattr("chassis.database.RESTED", inf)
    monkeypatch.setattr("chassis.server_watch.SILENT", 0.2)
    monkeypatch.setattr("chassis.server_watch.ASKING", 0.3)
    url = make_url(harness.service.settings.database_url.get_secret_value())
    link = await Link("sample", "database", url.port or 5432, host=url.host or "").start()
    near = url.set(host="127.0.0.1", port=link.port).render_as_string(hide_password=False)
    changes = {"database_url": SecretStr(near), "database_pool_timeout": PATIENCE}
    database = Database(harness.service.settings.model_copy(update=changes))
    yield database, link
    link.release()
    await database.close()
    await link.stop()


@BOTH
async def test_a_statement_whose_server_falls_silent_fails_in_time(far: tuple[Database, Link], ask: Ask) -> None:
    database, link = far
    await ask(database)
    link.hold()
    begun = time.monotonic()
    with pytest.raises(DBAPIError) as failed:
        await ask(database)
    assert is_unavailable(failed.value)
    assert time.monotonic() - begun < 1.5
    link.release()
    await ask(database)


async def test_a_slow_statement_of_a_server_that_answers_others_is_waited_for(far: tuple[Database, Link]) -> None:
    database, _ = far
    async with database.reader() as connection:
        assert (await connection.execute(text("SELECT 7 FROM pg_sleep(1.5)"))).scalar_one() == 7


async def test_a_connection_that_waits_for_a_notification_is_neither_asked_about_nor_cut(
    far: tuple[Database, Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = far
    monkeypatch.setattr("chassis.server_watch._is_there", pytest.fail)
    async with database.reader() as connection:
        await connection.execute(text("LISTEN something"))
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        assert [each async for each in raw.notifies(timeout=1.0)] == []
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_who_leaves_a_silent_server_leaves_at_once(far: tuple[Database, Link]) -> None:
    database, link = far
    await read(database)
    link.hold()
    begun = time.monotonic()
    leaving = asyncio.create_task(read(database))
    await asyncio.sleep(0.05)
    leaving.cancel()
    with pytest.raises((asyncio.CancelledError, DBAPIError)):
        await leaving
    assert time.monotonic() - begun < 1.5


async def test_what_breaks_in_use_fails_once_and_is_replaced(
    harness: Harness, fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = fresh
    monkeypatch.setattr("chassis.database.RESTED", inf)
    await kill(harness, await read(database))
    with pytest.raises(DBAPIError) as failed:
        await read(database)
    assert is_unavailable(failed.value)
    await read(database)


async def test_readers_stay_in_autocommit_and_statements_prepared(harness: Harness) -> None:
    async with harness.service.database.reader() as connection:
        for _ in range(7):
            assert (await connection.execute(text("SELECT count(*) FROM notes"))).scalar() == 0
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        assert raw.autocommit
        assert (await connection.execute(text("SELECT count(*) FROM pg_prepared_statements"))).scalar_one() > 0

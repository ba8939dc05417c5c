"""What the tests ask and do again and again."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select, text

from chassis.database import Database
from sample.models import Effect, Switch

BOUND = 20.0


async def eventually(condition: Callable[[], Awaitable[Any] | Any], seconds: float = BOUND) -> Any:
    """The first truthy answer of ``condition``, which may raise meanwhile; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        error: Exception | None = None
        try:
            outcome = condition()
            if inspect.isawaitable(outcome):
                outcome = await outcome
            if outcome:
                return outcome
        except Exception as raised:
            error = raised
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {inspect.getsource(condition).strip()}") from error
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Endless coroutines for the length of the block; one that failed fails the test."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    failures = [o for o in outcomes if isinstance(o, Exception)]
    assert not failures


async def effects(database: Database, who: str) -> list[str]:
    """What ``who`` did, in order."""
    query = select(Effect.what).where(Effect.who == who).order_by(Effect.position)
    async with database.reader() as reader:
        return list((await reader.execute(query)).scalars())


async def switch_on(database: Database, name: str) -> None:
    async with database.transaction() as session:
        session.add(Switch(name=name))


async def switch_off(database: Database, name: str) -> None:
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM switches WHERE name = :name"), {"name": name})


async def scalar(database: Database, query: str, **parameters: Any) -> Any:
    async with database.reader() as reader:
        return await reader.scalar(text(query), parameters)

"""One request is one transaction: committed before the answer leaves, or nothing of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

from sample.testing import eventually, scalar

from devkit.harness import RESELLER, Harness


async def rows(harness: Harness) -> tuple[int, int]:
    database = harness.service.database
    return (
        await scalar(database, "SELECT count(*) FROM notes"),
        await scalar(database, "SELECT count(*) FROM outbox"),
    )


async def test_what_was_answered_is_committed(harness: Harness) -> None:
    """A spy at the very edge asks the database at the moment when the answer begins to leave."""
    seen: list[tuple[int, int]] = []
    inner = harness.app

    async def spied(scope: Any, receive: Any, send: Any) -> None:
        async def spy(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append(await rows(harness))
            await send(message)

        await inner(scope, receive, spy)

    harness.app = spied
    try:
        async with harness.client(RESELLER) as http:
            answer = await http.post("/api/v1/notes", json={"text": "a"})
    finally:
        harness.app = inner
    assert answer.status_code == 201
    assert seen == [(1, 1)]


async def test_an_unforeseen_error_leaves_nothing_behind(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.post("/api/v1/notes", json={"text": "a", "then": "fail"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "after the insert" not in answer.text
    assert await rows(harness) == (0, 0)


async def test_a_refusal_leaves_nothing_behind(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.post("/api/v1/notes", json={"text": "a", "then": "refuse"})
    assert answer.status_code == 404
    assert await rows(harness) == (0, 0)


SCRIPT = """
import asyncio, json, sys
from devkit.harness import Harness, TestKeys, RESELLER
from sample.bootstrap import build
from sample.settings import Settings

async def main():
    harness = Harness(build(Settings(**json.loads(sys.argv[1]))), TestKeys())
    async with harness.client(RESELLER) as http:
        answer = await http.post("/api/v1/notes", json={"text": "a"})
        print("answered", answer.status_code, flush=True)

asyncio.run(main())
"""


async def _die(harness: Harness, point: str) -> str:
    settings = harness.service.settings
    held = json.dumps({"database_url": settings.database_url.get_secret_value(), "environment": "test"})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, held, stdout=asyncio.subprocess.PIPE, env={**os.environ, "CRASH_POINT": point}
    )
    output, _ = await process.communicate()
    assert process.returncode == -signal.SIGKILL
    return output.decode()


async def test_a_kill_before_the_commit_leaves_nothing(harness: Harness) -> None:
    assert await _die(harness, "outbox.before_commit") == ""
    await eventually(lambda: _alone(harness))
    assert await rows(harness) == (0, 0)


async def test_a_kill_after_the_commit_and_before_the_answer_leaves_change_and_event(harness: Harness) -> None:
    for point in ("outbox.after_commit", "api.after_commit"):
        assert await _die(harness, point) == ""
    assert await rows(harness) == (2, 2)


async def _alone(harness: Harness) -> bool:
    query = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'sample' AND state LIKE 'idle in tr%'"
    return bool(await scalar(harness.service.database, query))

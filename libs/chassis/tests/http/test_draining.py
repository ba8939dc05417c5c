"""An API process that is told to stop: it says so, answers on, closes the door, finishes, and ends with 0."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sample.served import Api, serving_api
from sample.testing import eventually, scalar
from sqlalchemy import text

from devkit import short_timeouts
from devkit.harness import Harness
from web.http.draining import DRAINING_HEADER, Draining

NOTES = "/api/v1/notes"
JSON = {"Content-Type": "application/json"}
HELD_UP = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO notes%' AND wait_event_type = 'Lock'"


Start = Callable[[float], AbstractAsyncContextManager[Api]]


@pytest.fixture
def start(harness: Harness, tmp_path: Path) -> Start:
    """``async with start(drain_seconds)``: the sample's API in a process of its own, ready."""
    return lambda drain_seconds: serving_api(harness, tmp_path / "api", SAMPLE_DRAIN_SECONDS=str(drain_seconds))


async def test_readiness_goes_at_once_and_answers_go_on_until_the_door_closes(start: Start) -> None:
    async with start(2.0) as api:
        kept = await api.http.get(NOTES)
        assert (kept.status_code, kept.headers.get("connection"), kept.headers.get(DRAINING_HEADER)) == (
            200,
            None,
            None,
        )
        api.stop()
        await api.drains()
        ready = await api.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "draining"})
        assert await api.status("/livez") == 200
        written = await api.http.post(NOTES, json={"text": "late"})
        assert (written.status_code, written.headers["connection"]) == (201, "close")
        assert written.headers[DRAINING_HEADER]
        assert await api.ended() == 0
        assert "Traceback" not in api.log.read_text()


async def test_a_request_under_way_is_answered_after_the_door_has_closed(start: Start, harness: Harness) -> None:
    async with start(0.0) as api:
        async with harness.service.database.transaction() as session:
            await session.execute(text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
            writing = asyncio.create_task(api.http.post(NOTES, json={"text": "slow"}))
            await eventually(lambda: scalar(harness.service.database, HELD_UP))
            api.stop()
            await eventually(api.is_closed_to_newcomers)
            assert api.process.poll() is None
            assert not writing.done()
        assert (await writing).status_code == 201
        assert await api.ended() == 0
    assert await scalar(harness.service.database, "SELECT text FROM notes") == "slow"


@pytest.fixture
def start_impatient(harness: Harness, tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[Api]]:
    """As ``start``, with half a second for requests under way."""
    return lambda: serving_api(harness, tmp_path / "api", short_timeouts.command("sample", grace=0.5))


def cut(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """What is told to somebody whose request was given up, and may be sent again."""
    assert (status, json.loads(body)["code"]) == (503, "unavailable")
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert headers["retry-after"]


async def test_a_request_that_takes_too_long_is_told_so(
    start_impatient: Callable[[], AbstractAsyncContextManager[Api]], harness: Harness
) -> None:
    async with start_impatient() as api, harness.service.database.transaction() as session:
        await session.execute(text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
        writing = asyncio.create_task(api.http.post(NOTES, json={"text": "slow"}))
        await eventually(lambda: scalar(harness.service.database, HELD_UP))
        api.stop()
        answer = await writing
        cut(answer.status_code, answer.headers, answer.content)
        assert await api.ended() == 0
    assert f"{NOTES}: 503" in api.log.read_text()
    assert await scalar(harness.service.database, "SELECT count(*) FROM notes") == 0


async def test_an_upload_that_takes_too_long_is_told_so(
    start_impatient: Callable[[], AbstractAsyncContextManager[Api]],
) -> None:
    async with start_impatient() as api:
        going, stopped = asyncio.Event(), asyncio.Event()

        async def half() -> AsyncGenerator[bytes, None]:
            yield b'{"text": "'
            going.set()
            await stopped.wait()
            while True:
                yield b"x"
                await asyncio.sleep(0.05)

        # As the gateway does, this client reads while it sends.
        async with aiohttp.ClientSession(str(api.http.base_url), headers=dict(api.http.headers)) as http:
            uploading = asyncio.create_task(_answer(http.post(NOTES, data=half(), headers=JSON)))
            await going.wait()
            api.stop()
            stopped.set()
            cut(*await uploading)
        assert await api.ended() == 0


async def _answer(asking: Any) -> tuple[int, Mapping[str, str], bytes]:
    async with asking as got:
        return got.status, got.headers, await got.read()


async def test_a_second_signal_ends_it_where_it_stands(start: Start, harness: Harness) -> None:
    async with start(60.0) as api:
        api.stop()
        await api.drains()
        assert await api.status(NOTES) == 200
        api.stop()
        assert await api.ended() == 128 + signal.SIGTERM


async def _numbers(closed: list[bool], wait_before: int | None = None) -> AsyncGenerator[int, None]:
    try:
        for number in range(5):
            if number == wait_before:
                await asyncio.Event().wait()
            yield number
    finally:
        closed.append(True)


async def test_a_stream_passes_whole_while_nobody_stops_it() -> None:
    closed: list[bool] = []
    assert [number async for number in Draining().until(_numbers(closed))] == [0, 1, 2, 3, 4]
    assert closed == [True]


async def test_a_silent_stream_ends_when_draining_begins() -> None:
    draining, closed = Draining(), list[bool]()
    stream = draining.until(_numbers(closed, wait_before=2))
    assert [await anext(stream), await anext(stream)] == [0, 1]
    waiting = asyncio.ensure_future(anext(stream, None))
    draining.begin()
    assert await asyncio.wait_for(waiting, 5) is None
    assert closed == [True]


async def test_a_busy_stream_ends_after_the_chunk_under_way() -> None:
    draining, closed = Draining(), list[bool]()
    seen = []
    async with aclosing(draining.until(_numbers(closed))) as stream:
        async for number in stream:
            seen.append(number)
            if number == 2:
                draining.begin()
    assert seen == [0, 1, 2]
    assert closed == [True]


async def test_a_stream_that_fails_fails_for_its_reader() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise ConnectionResetError

    stream = Draining().until(failing())
    assert await anext(stream) == 1
    with pytest.raises(ConnectionResetError):
        await anext(stream)


async def test_a_reader_who_leaves_closes_the_stream() -> None:
    closed: list[bool] = []
    stream = Draining().until(_numbers(closed, wait_before=1))
    assert await anext(stream) == 0
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await stream.aclose()
    assert closed == [True]

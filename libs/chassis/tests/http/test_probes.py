"""Probes that mean what they say: ready when the database answers, alive when the process runs, and no broker asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sample.served import serving_api
from sample.testing import eventually, scalar

from chassis.database import CONNECTING
from devkit.harness import Harness
from devkit.servers.process import free_port

NOTES = "/api/v1/notes"


class Way:
    """A way to a server, which can be closed, opened again, and be so slow that nothing comes through."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self._free = asyncio.Event()
        self._free.set()
        self.port = free_port()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for each in self._passing:
            each.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def hold(self) -> None:
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        both = [self._copy(reader, back), self._copy(there, writer)]
        passing = asyncio.gather(*both)
        task = asyncio.ensure_future(_ending(passing, writer, back))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        await asyncio.wait({task})

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._free.wait()
            writer.write(data)
        writer.close()


async def _ending(passing: asyncio.Future[list[None]], *writers: asyncio.StreamWriter) -> None:
    try:
        await passing
    finally:
        for writer in writers:
            writer.close()


@asynccontextmanager
async def way_to_database(harness: Harness) -> AsyncIterator[tuple[Way, str]]:
    """The way, and the address of the database at its other end."""
    parts = urlsplit(harness.service.settings.database_url.get_secret_value())
    assert parts.hostname
    way = Way(parts.hostname, parts.port or 5432)
    await way.open()
    credentials = parts.netloc.rpartition("@")[0]
    try:
        yield way, parts._replace(netloc=f"{credentials}@127.0.0.1:{way.port}").geturl()
    finally:
        way.release()
        await way.close()


async def test_while_the_broker_is_away_the_api_is_ready_reads_and_writes(harness: Harness, tmp_path: Path) -> None:
    nowhere = f"amqp://sample:x@127.0.0.1:{free_port()}/none"
    async with serving_api(harness, tmp_path / "api", SAMPLE_EVENTS_URL=nowhere, SAMPLE_JOBS_URL=nowhere) as api:
        assert (await api.http.post(NOTES, json={"text": "a"})).status_code == 201
        assert [await api.status(path) for path in (NOTES, "/readyz", "/livez")] == [200, 200, 200]
    assert await scalar(harness.service.database, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 1


async def test_while_the_database_is_away_the_api_lives_and_is_not_ready(harness: Harness, tmp_path: Path) -> None:
    async with (
        way_to_database(harness) as (way, url),
        serving_api(harness, tmp_path / "api", SAMPLE_DATABASE_URL=url) as api,
    ):
        assert await api.status(NOTES) == 200
        await way.close()
        ready = await api.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "database away"})
        assert [await api.status(path) for path in ("/livez", NOTES)] == [200, 503]
        await way.open()
        await eventually(api.is_ready)
        assert await api.status(NOTES) == 200


async def test_while_nobody_answers_where_the_database_was_a_request_is_refused_in_time(
    harness: Harness, tmp_path: Path
) -> None:
    async with (
        way_to_database(harness) as (way, url),
        serving_api(harness, tmp_path / "api", SAMPLE_DATABASE_URL=url, SAMPLE_DATABASE_POOL_TIMEOUT="1") as api,
    ):
        await way.close()
        way.hold()
        await way.open()
        for asking in (api.http.get(NOTES), api.http.post(NOTES, json={"text": "a"})):
            begun = time.monotonic()
            refused = await asking
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert refused.headers["retry-after"]
            assert time.monotonic() - begun < 1 + CONNECTING + 0.7
        way.release()
        await eventually(api.is_ready)


async def test_a_database_that_is_silent_is_away_within_the_patience_of_a_probe(
    harness: Harness, tmp_path: Path
) -> None:
    async with (
        way_to_database(harness) as (way, url),
        serving_api(harness, tmp_path / "api", SAMPLE_DATABASE_URL=url) as api,
    ):
        way.hold()
        begun = time.monotonic()
        assert await api.status("/readyz") == 503
        assert time.monotonic() - begun < 2.5
        assert await api.status("/livez") == 200
        way.release()
        await eventually(api.is_ready)

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
from devkit.link import Link
from devkit.servers.process import free_port

NOTES = "/api/v1/notes"


@asynccontextmanager
async def way_to_database(harness: Harness) -> AsyncIterator[tuple[Link, str]]:
    """The way, and the address of the database at its other end."""
    parts = urlsplit(harness.service.settings.database_url.get_secret_value())
    assert parts.hostname
    way = await Link("api", "database", parts.port or 5432, host=parts.hostname).start()
    credentials = parts.netloc.rpartition("@")[0]
    try:
        yield way, parts._replace(netloc=f"{credentials}@127.0.0.1:{way.port}").geturl()
    finally:
        await way.stop()


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
        way.drop()
        ready = await api.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "database away"})
        assert [await api.status(path) for path in ("/livez", NOTES)] == [200, 503]
        way.restore()
        await eventually(api.is_ready)
        assert await api.status(NOTES) == 200


async def test_while_nobody_answers_where_the_database_was_a_request_is_refused_in_time(
    harness: Harness, tmp_path: Path
) -> None:
    async with (
        way_to_database(harness) as (way, url),
        serving_api(harness, tmp_path / "api", SAMPLE_DATABASE_URL=url, SAMPLE_DATABASE_POOL_TIMEOUT="1") as api,
    ):
        way.drop()
        way.restore()
        way.hold()
        for asking in (api.http.get(NOTES), api.http.post(NOTES, json={"text": "a"})):
            begun = time.monotonic()
            refused = await asking
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert refused.headers["retry-after"]
            assert time.monotonic() - begun < 1 + CONNECTING + 0.7
        way.release()
        await eventually(api.is_ready)


async def test_a_request_whose_answer_is_on_its_way_when_the_database_falls_silent_is_refused_in_time(
    harness: Harness, tmp_path: Path
) -> None:
    async with (
        way_to_database(harness) as (way, url),
        serving_api(harness, tmp_path / "api", SAMPLE_DATABASE_URL=url) as api,
    ):
        assert await api.status(NOTES) == 200
        way.hold()  # the connections have not rested long enough to be asked first
        begun = time.monotonic()
        found = await asyncio.gather(*(api.status(NOTES) for _ in range(20)))
        assert set(found) == {503}
        assert time.monotonic() - begun < 6
        way.release()
        await eventually(api.is_ready)
        assert await api.status(NOTES) == 200


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

"""Uploads: whole and bounded, or nothing at all."""

from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from services.files.tests.uploading import (
    BOUNDARY,
    HEAD,
    LIMIT,
    MIB,
    MULTIPART,
    TAIL,
    answer_of,
    chunk,
    nothing_kept,
    preamble,
    resources,
    rows,
)
from sqlalchemy import func, select

from devkit.harness import RESELLER, Harness
from files.models import StoredFile


class TestEveryStore:
    async def test_a_file_is_stored_hashed_and_described(self, to_store: Any) -> None:
        content = b"two lines\nof a log\n" * 1000
        answer = await to_store.post(content, "syslog.1")
        assert answer.status_code == 201
        file = answer.json()
        assert (file["name"], file["media_type"], file["size"]) == ("syslog.1", "text/plain", len(content))
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert (file["scan"], file["incident_number"], file["scope"]) == ("pending", None, None)
        assert answer.headers["location"] == f"/api/v1/files/{file['id']}"
        [row] = await rows(to_store.harness)
        assert row.object_key
        assert await resources(to_store.harness).storage.exists(row.object_key)
        assert row.object_key not in answer.text

    async def test_exactly_20_mib_are_accepted(self, to_store: Any) -> None:
        answer = await to_store.post(b"x" * LIMIT, "big.txt")
        assert (answer.status_code, answer.json()["size"]) == (201, LIMIT)

    async def test_one_byte_more_is_refused_with_a_sentence(self, to_store: Any) -> None:
        answer = await to_store.post(b"x" * (LIMIT + 1), "big.txt")
        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
        assert answer.json()["title"] == "Ce fichier est trop volumineux\xa0: 20\xa0Mo au plus."
        await nothing_kept(to_store.harness)

    async def test_without_a_length_it_is_refused_while_streaming(self, stored: Harness, port: int) -> None:
        """A body of 100 MiB is left after little more than 20."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(preamble(stored, "Transfer-Encoding: chunked") + chunk(HEAD))
        sent = 0
        while sent < 100 * MIB and not reader.at_eof():
            writer.write(chunk(b"x" * 65536))
            try:
                await writer.drain()
            except ConnectionError:
                break
            sent += 65536
        assert sent < 40 * MIB, sent  # what the sockets' buffers hold comes on top of what was read
        writer.close()
        await nothing_kept(stored)

    async def test_the_sender_who_ends_just_beyond_the_limit_reads_why(self, stored: Harness, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(preamble(stored, "Transfer-Encoding: chunked") + chunk(HEAD))
        for _ in range(LIMIT // MIB):
            writer.write(chunk(b"x" * MIB))
            await writer.drain()
        writer.write(chunk(b"x" + TAIL) + b"0\r\n\r\n")
        status, problem, _ = await answer_of(reader)
        assert (status, problem["code"]) == (413, "file_too_large")
        writer.close()
        await nothing_kept(stored)

    async def test_a_hopeless_length_is_refused_before_it_is_sent(self, stored: Harness, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(preamble(stored, f"Content-Length: {100 * MIB}"))
        status, problem, head = await answer_of(reader)
        assert (status, problem["code"]) == (413, "file_too_large")
        assert "connection: close" in head
        writer.close()
        assert await rows(stored) == []

    @pytest.mark.parametrize("sent", [100, 12 * MIB])
    async def test_a_sender_that_goes_away_leaves_neither_object_nor_row(
        self, stored: Harness, port: int, sent: int
    ) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(preamble(stored, f"Content-Length: {15 * MIB}") + HEAD + b"x" * sent)
        await writer.drain()
        await until(lambda: counted(stored, "uploading", 1))
        writer.close()
        await until(lambda: counted(stored, "uploading", 0))
        await nothing_kept(stored)

    async def test_a_body_that_ends_within_its_file_is_malformed(self, to_store: Any) -> None:
        async with to_store.harness.client(RESELLER, **{"Content-Type": MULTIPART}) as http:
            answer = await http.post("/api/v1/files", content=HEAD + b"half of it")
        assert (answer.status_code, answer.json()["code"]) == (400, "upload_malformed")
        await nothing_kept(to_store.harness)

    async def test_20_mib_pass_through_a_few_mib_of_memory(self, stored: Harness) -> None:
        async def body() -> AsyncIterator[bytes]:
            yield HEAD
            for _ in range(LIMIT // 65536):
                yield b"x" * 65536
            yield TAIL

        async with stored.client(RESELLER, **{"Content-Type": MULTIPART}) as http:
            await http.post("/api/v1/files", content=HEAD + b"warm" + TAIL)
            tracemalloc.start()
            try:
                answer = await http.post("/api/v1/files", content=body())
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
        assert answer.status_code == 201
        assert peak < 8 * MIB, peak


async def counted(harness: Harness, stage: str, wanted: int) -> bool:
    async with harness.service.database.reader() as reader:
        query = select(func.count()).select_from(StoredFile).where(StoredFile.stage == stage)
        return bool((await reader.execute(query)).scalar_one() == wanted)


async def until(condition: Any) -> None:
    async with asyncio.timeout(15):
        while not await condition():
            await asyncio.sleep(0.02)


def part(name: str, filename: str | None = None, content: bytes = b"x") -> bytes:
    shown = f'; filename="{filename}"' if filename is not None else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", part("file", "a.txt") + END),
        (f"multipart/form-data; boundary={'b' * 500}", b""),
        (MULTIPART, b""),
        (MULTIPART, END),
        (MULTIPART, b"not a form"),
        (MULTIPART, part("other", "a.txt") + END),
        (MULTIPART, part("file", "a.txt") + part("file", "b.txt") + END),
        (MULTIPART, part("note") + part("file", "a.txt") + END),
        (MULTIPART, f"--{BOUNDARY}\r\nX: {'y' * 20000}\r\n\r\nx\r\n".encode() + END),
    ],
)
async def test_anything_but_one_file_is_malformed(harness: Harness, content_type: str, body: bytes) -> None:
    async with harness.client(RESELLER, **{"Content-Type": content_type}) as http:
        answer = await http.post("/api/v1/files", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "upload_malformed")
    assert answer.headers["content-type"] == "application/problem+json"
    await nothing_kept(harness)


async def test_an_empty_file_is_refused(sender: Any) -> None:
    answer = await sender.post(b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "file_empty")
    await nothing_kept(sender.harness)


async def test_a_sender_that_falls_silent_is_given_up(
    stored: Harness, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = stored.service.settings.model_copy(update={"upload_idle_timeout": 0.1})
    monkeypatch.setitem(stored.app.state._state, "settings", hasty)
    monkeypatch.setattr("files.body.DRAIN_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(preamble(stored, "Content-Length: 5000") + HEAD + b"x")
    status, problem, head = await answer_of(reader)
    assert (status, problem["code"]) == (408, "upload_too_slow")
    assert "connection: close" in head
    writer.close()
    await nothing_kept(stored)


async def test_no_database_connection_is_held_while_bytes_come_in(harness: Harness) -> None:
    pool: Any = harness.service.database.engine.pool
    seen: list[int] = []

    async def watching() -> AsyncIterator[bytes]:
        yield HEAD
        for _ in range(20):
            yield b"x" * 65536
            seen.append(pool.checkedout())
        yield TAIL

    async with harness.client(RESELLER, **{"Content-Type": MULTIPART}) as http:
        answer = await http.post("/api/v1/files", content=watching())
    assert answer.status_code == 201
    assert set(seen) == {0}

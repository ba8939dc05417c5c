"""Uploads: whole and bounded, or nothing at all."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from chassis.storage.folder import FolderStorage
from chassis.storage.interface import StorageAway
from chassis.testkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP, Harness, back_office
from files.models import StoredFile
from files.resources import Resources

MIB = 1024 * 1024
LIMIT = 20 * MIB
BOUNDARY = "frontier"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="journal.log"\r\n'
    "Content-Type: text/plain\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def resources(harness: Harness) -> Resources:
    held: Resources = harness.service.resources
    return held


async def rows(harness: Harness) -> list[StoredFile]:
    async with harness.service.database.transaction() as session:
        return list(await session.scalars(select(StoredFile)))


async def nothing_kept(harness: Harness) -> None:
    """No row stands for anything, and once the jobs have run there is neither row nor object."""
    keys = [row.object_key for row in await rows(harness)]
    assert {row.stage for row in await rows(harness)} <= {"erased"}
    await harness.run_jobs()
    assert await rows(harness) == []
    assert [key for key in keys if key and await resources(harness).storage.exists(key)] == []


def preamble(harness: Harness, *headers: str) -> bytes:
    token = harness.keys.token(RESELLER, harness.service.settings, now=time.time())
    lines = (
        "POST /api/v1/files HTTP/1.1",
        "Host: files.test",
        f"Authorization: Bearer {token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any], str]:
    async with asyncio.timeout(20):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        return int(head.split()[1]), json.loads(await reader.readexactly(length)), head.lower()


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
        assert answer.json()["title"] == "Ce fichier est trop volumineux : 20 Mo au plus."
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


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


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


class TestWhoMay:
    @pytest.mark.parametrize("principal", [RESELLER, CLIENT, SQP])
    async def test_administrators_upload(self, sender: Any, principal: Any) -> None:
        assert (await sender.post(b"x", principal=principal)).status_code == 201

    @pytest.mark.parametrize("principal", [RESELLER_BASIC, back_office("contracts:write")])
    async def test_basic_users_and_service_accounts_do_not(self, sender: Any, principal: Any) -> None:
        assert (await sender.post(b"x", principal=principal)).status_code == 403
        assert await rows(sender.harness) == []

    async def test_nobody_without_a_token(self, harness: Harness) -> None:
        async with harness.client() as http:
            answer = await http.post("/api/v1/files", files={"file": ("a.txt", b"x")})
        assert answer.status_code == 401


class TestQuota:
    async def test_100_unbound_files_are_enough(self, sender: Any) -> None:
        await sender.stored()
        async with sender.harness.service.database.transaction() as session:
            for number in range(99):
                session.add(unbound(f"key-{number:04}", 1))
        answer = await sender.post(b"x")
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_unbound_files")
        assert (await sender.post(b"x", principal=CLIENT)).status_code == 201

    async def test_a_gibibyte_of_unbound_files_is_enough(self, sender: Any) -> None:
        async with sender.harness.service.database.transaction() as session:
            session.add(unbound("key-0001", 1024 * MIB - 100))
        assert (await sender.post(b"x" * 200)).status_code == 409

    async def test_a_file_taken_back_counts_no_more(self, sender: Any) -> None:
        async with sender.harness.service.database.transaction() as session:
            for number in range(99):
                session.add(unbound(f"key-{number:04}", 1))
        identifier = await sender.stored()
        assert (await sender.post(b"x")).status_code == 409
        assert (await sender.delete(identifier)).status_code == 204
        assert (await sender.post(b"x")).status_code == 201


def unbound(key: str, size: int) -> StoredFile:
    assert RESELLER.user_id
    assert RESELLER.organisation_id
    return StoredFile(
        id=uuid4(),
        stage="stored",
        object_key=key,
        uploader_id=RESELLER.user_id,
        organisation_id=RESELLER.organisation_id,
        size=size,
    )


class TestIdempotencyKey:
    async def test_the_same_content_gets_the_same_answer(self, sender: Any) -> None:
        first = await sender.post(b"same", **{"Idempotency-Key": "k1"})
        again = await sender.post(b"same", **{"Idempotency-Key": "k1"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true"
        assert len(await rows(sender.harness)) == 1

    async def test_other_content_is_refused(self, sender: Any) -> None:
        await sender.post(b"same", **{"Idempotency-Key": "k1"})
        other = await sender.post(b"other", **{"Idempotency-Key": "k1"})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        assert len(await rows(sender.harness)) == 1

    async def test_another_user_has_keys_of_its_own(self, sender: Any) -> None:
        await sender.post(b"same", **{"Idempotency-Key": "k1"})
        assert (await sender.post(b"other", principal=CLIENT, **{"Idempotency-Key": "k1"})).status_code == 201

    async def test_an_upload_under_way_is_not_waited_for(self, sender: Any) -> None:
        started, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield HEAD + b"same"
            started.set()
            await go_on.wait()
            yield TAIL

        key = {"Idempotency-Key": "k1"}
        async with sender.harness.client(RESELLER, **{"Content-Type": MULTIPART}, **key) as http:
            first = asyncio.create_task(http.post("/api/v1/files", content=slow()))
            await asyncio.wait_for(started.wait(), 10)
            second = await sender.post(b"same", **key)
            go_on.set()
            assert (await first).status_code == 201
        assert (second.status_code, second.json()["code"]) == (409, "request_in_flight")
        assert (await sender.post(b"same", **key)).status_code == 201
        assert len(await rows(sender.harness)) == 1

    async def test_a_failed_upload_frees_its_key(self, sender: Any) -> None:
        refused = await sender.post(b"MZ\0\0", **{"Idempotency-Key": "k1"})
        assert refused.status_code == 415
        assert (await sender.post(b"text", **{"Idempotency-Key": "k1"})).status_code == 201

    async def test_the_key_of_a_process_that_died_is_free_after_the_longest_upload(self, sender: Any) -> None:
        key = {"Idempotency-Key": "k1"}
        await sender.post(b"text", **key)
        async with sender.harness.service.database.transaction() as session:
            [row] = list(await session.scalars(select(StoredFile)))
            values = {"stage": "uploading", "upload_key": upload_key("k1")}
            await session.execute(update(StoredFile).where(StoredFile.id == row.id).values(**values))
        assert (await sender.post(b"text", **key)).status_code == 409
        async with sender.harness.service.database.transaction() as session:
            an_hour_ago = func.now() - func.make_interval(0, 0, 0, 0, 1)
            await session.execute(update(StoredFile).values(created_at=an_hour_ago))
        assert (await sender.post(b"text", **key)).status_code == 201


def upload_key(key: str) -> str:
    return hashlib.sha256(f"{RESELLER.tenant} /api/v1/files\0{key}".encode()).hexdigest()


class TestStoreInTrouble:
    async def test_a_store_that_is_away_is_503_and_leaves_nothing(
        self, sender: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_: Any, **__: Any) -> int:
            raise StorageAway

        monkeypatch.setattr(FolderStorage, "put", away)
        answer = await sender.post(b"x")
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        await nothing_kept(sender.harness)

    async def test_a_row_that_cannot_be_completed_takes_its_object_along(
        self, sender: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fails(*_: Any) -> None:
            raise RuntimeError("insert failed")

        monkeypatch.setattr("files.service.complete", fails)
        assert (await sender.post(b"x")).status_code == 500
        await nothing_kept(sender.harness)

"""Both object stores keep the same promises."""

from __future__ import annotations

import asyncio
import secrets
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chassis.storage.folder import FolderStorage
from chassis.storage.interface import ObjectMissing, ObjectStorage, ObjectTooLarge, StorageAway
from chassis.storage.s3 import PART, S3Location, S3Storage
from devkit.servers.process import free_port
from devkit.servers.s3 import S3Access

MIB = 1024 * 1024
KINDS = ["folder", pytest.param("s3", marks=pytest.mark.s3)]


@pytest.fixture(params=KINDS)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStorage]:
    if request.param == "folder":
        made: ObjectStorage = FolderStorage(tmp_path / "objects")
    else:
        made = S3Storage(location_of(request.getfixturevalue("s3_server")))
    await made.ensure()
    await made.ensure()
    yield made
    await made.close()


def location_of(server: S3Access, endpoint: str = "") -> S3Location:
    return S3Location(
        endpoint=endpoint or server.url,
        region=server.region,
        access_key=server.access_key,
        secret_key=server.secret_key,
        bucket="storage-test",
    )


def new_key() -> str:
    return secrets.token_hex(16)


async def chunks_of(content: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(storage: ObjectStorage, key: str, **window: int) -> bytes:
    return b"".join([chunk async for chunk in await storage.get(key, **window)])


class Broken(Exception):
    """The sender goes away."""


async def broken_after(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // MIB):
        yield b"x" * MIB
    raise Broken


class TestAnyStorage:
    @pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7])
    async def test_what_was_put_comes_back(self, storage: ObjectStorage, size: int) -> None:
        key, content = new_key(), secrets.token_bytes(size)
        assert await storage.put(key, chunks_of(content), limit=size) == size
        assert await read(storage, key) == content

    async def test_a_window_of_the_object(self, storage: ObjectStorage) -> None:
        key = new_key()
        await storage.put(key, chunks_of(b"0123456789"), limit=10)
        assert await read(storage, key, start=2, end=4) == b"234"
        assert await read(storage, key, start=7) == b"789"

    async def test_a_missing_object_is_said_before_the_first_chunk(self, storage: ObjectStorage) -> None:
        with pytest.raises(ObjectMissing):
            await storage.get(new_key())
        assert not await storage.exists(new_key())

    async def test_an_object_opened_and_not_read_is_closed(self, storage: ObjectStorage) -> None:
        key = new_key()
        await storage.put(key, chunks_of(bytes(MIB)), limit=MIB)
        async with aclosing(await storage.get(key)):
            pass
        async with aclosing(await storage.get(key)) as reading:
            assert await anext(reading)

    async def test_deleting_twice_is_fine(self, storage: ObjectStorage) -> None:
        key = new_key()
        await storage.put(key, chunks_of(b"x"), limit=1)
        assert await storage.exists(key)
        await storage.delete(key)
        await storage.delete(key)
        assert not await storage.exists(key)

    @pytest.mark.parametrize("limit", [3, 2 * PART])
    async def test_one_byte_too_many_leaves_nothing(self, storage: ObjectStorage, limit: int) -> None:
        key = new_key()
        with pytest.raises(ObjectTooLarge):
            await storage.put(key, chunks_of(b"x" * (limit + 1)), limit=limit)
        await nothing_left(storage, key)

    @pytest.mark.parametrize("sent", [1 * MIB, 12 * MIB])
    async def test_a_sender_that_breaks_off_leaves_nothing(self, storage: ObjectStorage, sent: int) -> None:
        key = new_key()
        with pytest.raises(Broken):
            await storage.put(key, broken_after(sent), limit=20 * MIB)
        await nothing_left(storage, key)

    async def test_a_cancelled_put_leaves_nothing(self, storage: ObjectStorage) -> None:
        key, reached = new_key(), asyncio.Event()

        async def stalled() -> AsyncIterator[bytes]:
            yield b"x" * (PART + 1)
            reached.set()
            await asyncio.Event().wait()

        putting = asyncio.create_task(storage.put(key, stalled(), limit=20 * MIB))
        await asyncio.wait_for(reached.wait(), 20)
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting
        await nothing_left(storage, key)

    @pytest.mark.parametrize(
        "key", ["../../etc/passwd", "a/b/c/d/e/f", "", "short", "x" * 65, "abcdefgh\n", ".hidden-key"]
    )
    async def test_a_key_cannot_leave_its_place(self, storage: ObjectStorage, key: str) -> None:
        with pytest.raises(ValueError, match="object key"):
            await storage.put(key, chunks_of(b"x"), limit=1)
        with pytest.raises(ValueError, match="object key"):
            await storage.get(key)
        with pytest.raises(ValueError, match="object key"):
            await storage.delete(key)

    async def test_20_mib_pass_through_a_few_mib_of_memory(self, storage: ObjectStorage) -> None:
        key = new_key()
        await storage.exists(key)  # loads what the client library keeps

        async def twenty() -> AsyncIterator[bytes]:
            for _ in range(320):
                yield b"x" * (64 * 1024)

        tracemalloc.start()
        try:
            await storage.put(key, twenty(), limit=20 * MIB)
            async for _ in await storage.get(key):
                pass
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 7 * MIB, peak


async def nothing_left(storage: ObjectStorage, key: str) -> None:
    assert not await storage.exists(key)
    if isinstance(storage, S3Storage):
        listed = await storage.call("list_multipart_uploads", Prefix=key)
        assert listed.get("Uploads", []) == []
    else:
        assert isinstance(storage, FolderStorage)
        assert [path for path in storage._folder.rglob("*") if path.is_file()] == []


async def test_a_store_that_is_not_there_is_away_within_seconds() -> None:
    nobody = S3Location(
        endpoint=f"http://127.0.0.1:{free_port()}", region="x", access_key="a", secret_key="b", bucket="c"
    )
    storage = S3Storage(nobody, connect_timeout=0.5, read_timeout=0.5)
    async with asyncio.timeout(15):
        with pytest.raises(StorageAway):
            await storage.put(new_key(), chunks_of(b"x"), limit=1)
        with pytest.raises(StorageAway):
            await storage.get(new_key())
    await storage.close()


@pytest.mark.s3
async def test_a_wrong_secret_is_away_and_not_missing(s3_server: S3Access) -> None:
    wrong = S3Access(s3_server.url, s3_server.access_key, "wrong", s3_server.region)
    storage = S3Storage(location_of(wrong))
    with pytest.raises(StorageAway):
        await storage.get(new_key())
    await storage.close()


@pytest.mark.s3
async def test_a_completion_whose_answer_was_lost_is_a_success(
    s3_server: S3Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = S3Storage(location_of(s3_server))
    await storage.ensure()
    asked: list[str] = []

    async def lossy(operation: str, **arguments: Any) -> Any:
        asked.append(operation)
        answer = await S3Storage.call(storage, operation, **arguments)
        if operation == "complete_multipart_upload":
            gone = ClientError({"Error": {"Code": "NoSuchUpload"}}, operation)
            raise StorageAway from gone
        return answer

    monkeypatch.setattr(storage, "call", lossy)
    key = new_key()
    assert await storage.put(key, chunks_of(bytes(PART + 1)), limit=2 * PART) == PART + 1
    assert await storage.exists(key)
    assert "abort_multipart_upload" not in asked
    await storage.close()

"""Uploads: by whom, how many, sent twice, and with a store in trouble."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from services.files.tests.uploading import HEAD, MIB, MULTIPART, TAIL, nothing_kept, rows
from sqlalchemy import func, select, update

from chassis.storage.folder import FolderStorage
from chassis.storage.interface import StorageAway
from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP, Harness, back_office
from files.models import StoredFile


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

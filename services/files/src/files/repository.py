"""The SQL of files: loading for a change, what is left over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.tables import IdempotencyRecord
from files.models import Detachment, StoredFile

BATCH = 500


async def find_for_change(session: AsyncSession, identifier: UUID) -> StoredFile | None:
    """The file, its row locked."""
    return await session.scalar(select(StoredFile).where(StoredFile.id == identifier).with_for_update(key_share=True))


async def find_all_for_change(session: AsyncSession, identifiers: Iterable[UUID]) -> dict[UUID, StoredFile]:
    """Those that exist, locked in one order, so that two events that name the same files do not wait in a circle."""
    query = (
        select(StoredFile)
        .where(StoredFile.id.in_(set(identifiers)))
        .order_by(StoredFile.id)
        .with_for_update(key_share=True)
    )
    return {file.id: file for file in await session.scalars(query)}


async def unbound(session: AsyncSession, uploader_id: UUID) -> tuple[int, int]:
    """How many files and bytes the uploader holds that no incident has, those on their way included.

    Until this transaction ends, no other counts for the same uploader.
    """
    lock = int.from_bytes(hashlib.sha256(b"unbound" + uploader_id.bytes).digest()[:8], signed=True)
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    query = select(func.count(), func.coalesce(func.sum(StoredFile.size), 0)).where(
        StoredFile.uploader_id == uploader_id,
        StoredFile.incident_number.is_(None),
        StoredFile.object_key.is_not(None),
        StoredFile.stage != "erased",
    )
    count, size = (await session.execute(query)).one()
    return int(count), int(size)


async def is_under_way(session: AsyncSession, upload_key: str, since: datetime) -> bool:
    """Whether an upload with this key is under way; one that began before ``since`` was given up."""
    same = (StoredFile.upload_key == upload_key, StoredFile.stage == "uploading")
    await session.execute(update(StoredFile).where(*same, StoredFile.created_at < since).values(upload_key=None))
    return bool(await session.scalar(select(exists().where(*same))))


async def left_over(session: AsyncSession, before: datetime) -> Sequence[StoredFile]:
    """Files tied to nothing and uploads that never ended, begun before then; at most 500, locked."""
    query = (
        select(StoredFile)
        .where(StoredFile.incident_number.is_(None), StoredFile.stage != "erased", StoredFile.created_at < before)
        .order_by(StoredFile.created_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def unscanned(session: AsyncSession, before: datetime) -> Sequence[StoredFile]:
    """Stored files whose scan was asked for before then and never done; at most 500, locked."""
    query = (
        select(StoredFile)
        .where(StoredFile.stage == "stored", StoredFile.scan == "pending")
        .where(or_(StoredFile.scan_asked_at.is_(None), StoredFile.scan_asked_at < before))
        .order_by(StoredFile.scan_asked_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def detached_since(session: AsyncSession, number: str, version: int) -> set[UUID]:
    """Files that were taken off the incident after its ``version``."""
    query = select(Detachment.file_id).where(Detachment.incident_number == number, Detachment.version > version)
    return set((await session.scalars(query)).all())


async def holds_object(session: AsyncSession, object_key: str) -> bool:
    """Whether the row of a file that is not erased refers to this object."""
    held = exists().where(StoredFile.object_key == object_key, StoredFile.stage == "stored")
    return bool(await session.scalar(select(held)))


async def is_answered(session: AsyncSession, scope: str, key: str) -> bool:
    """Whether an Idempotency-Key has had its answer."""
    answered = exists().where(IdempotencyRecord.scope == scope, IdempotencyRecord.key == key)
    return bool(await session.scalar(select(answered)))

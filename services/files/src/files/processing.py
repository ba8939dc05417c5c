"""What the background jobs of the files service run. The store and the scanner are asked before the database is, so
that no transaction waits for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.storage.interface import ObjectMissing, ObjectStorage
from events.files import THUMBNAIL_TYPES
from files import repository, service, thumbnails
from files.dependencies import Services


async def scan(services: Services, session: AsyncSession, file_id: str, object_key: str, media_type: str = "") -> None:
    """Judges a file, and makes the thumbnail of a picture that is clean: from its first moment it is shown with it.

    Raises ScannerAway or StorageAway, and is retried: the file stays pending meanwhile.
    """
    try:
        content = await services.storage.get(object_key)
    except ObjectMissing:
        if await repository.holds_object(session, object_key):
            raise
        return  # erased before its turn came
    async with aclosing(content):
        infected = await services.scanner.infected(content)
    made = None
    if not infected and media_type in THUMBNAIL_TYPES:
        made = await _make_thumbnail(services.storage, object_key)
    await service.judge(session, UUID(file_id), infected=infected, scanner=services.scanner.name, thumbnail_key=made)
    if made is not None and not await repository.holds_object(session, object_key):
        await services.storage.delete(made)  # erased meanwhile


async def _make_thumbnail(storage: ObjectStorage, object_key: str) -> str | None:
    async with aclosing(await storage.get(object_key)) as content:
        made = await thumbnails.make(content)
    if made is None:
        return None
    key = thumbnails.key_of(object_key)
    await storage.put(key, _whole(made), limit=thumbnails.MAX_BYTES)
    return key


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def erase(services: Services, session: AsyncSession, file_id: str, object_key: str) -> None:
    await services.storage.delete(object_key)
    await services.storage.delete(thumbnails.key_of(object_key))
    await service.bytes_gone(session, UUID(file_id))

"""The order of work when files change. The bytes are for :mod:`files.uploads` and :mod:`files.processing`."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from events.incidents import FileDetached, FilesAttached
from files import event_mapper, projections, repository
from files.errors import FileAttached, FileNotFound, TooManyUnboundFiles, UploadInterrupted
from files.models import Content, Refusal, StoredFile
from files.settings import Settings
from files.tasks import ERASE, SCAN
from web import clock
from web.auth.principal import Principal

LIFETIME = timedelta(hours=24)
SCAN_AGAIN = timedelta(hours=4)


async def begin(
    session: AsyncSession, principal: Principal, settings: Settings, room: int, upload_key: str | None
) -> StoredFile:
    """A row for an upload that is about to start, ``room`` bytes set aside for it. Raises TooManyUnboundFiles."""
    assert principal.user_id is not None
    assert principal.organisation_id is not None
    count, size = await repository.unbound(session, principal.user_id)
    if count >= settings.max_unbound_files or size + room > settings.max_unbound_bytes:
        raise TooManyUnboundFiles
    file = StoredFile(
        id=uuid4(),
        stage="uploading",
        object_key=secrets.token_hex(16),
        uploader_id=principal.user_id,
        organisation_id=principal.organisation_id,
        upload_key=upload_key,
        size=room,
    )
    session.add(file)
    return file


async def complete(session: AsyncSession, identifier: UUID, content: Content) -> StoredFile:
    """The object is whole: the file exists from now on, and is scanned."""
    file = await repository.find_for_change(session, identifier)
    if file is None or file.stage != "uploading":
        raise UploadInterrupted  # swept away meanwhile
    file.complete(content, clock.now())
    await session.flush()
    _ask_scan(session, file)
    return file


async def abandon(session: AsyncSession, identifier: UUID) -> None:
    """An upload failed. If it was the answer to its last commit that got lost, the file is there, and stays."""
    file = await repository.find_for_change(session, identifier)
    if file is not None and file.stage == "uploading":
        await _erase(session, file)


async def discard(session: AsyncSession, identifier: UUID, principal: Principal) -> None:
    """The uploader takes back a file that no incident has."""
    file = await repository.find_for_change(session, identifier)
    if file is None or file.stage != "stored" or file.uploader_id != principal.user_id:
        raise FileNotFound
    if file.incident_number is not None:
        raise FileAttached
    audit.name(session, file.name)
    await _erase(session, file)


async def attach(session: AsyncSession, event: FilesAttached) -> None:
    """Binds the files that are the actor's own and unbound, and tells of each what became of it."""
    files = await repository.find_all_for_change(session, event.file_ids)
    detached = await repository.detached_since(session, event.number, event.version)
    for identifier in dict.fromkeys(event.file_ids):
        file = files.get(identifier)
        if file is None:
            _refuse(session, identifier, event.number, "unknown", 1)
        elif not file.is_bound_to(event.number, event.scope):
            await _bind(session, file, event, identifier in detached)


async def _bind(session: AsyncSession, file: StoredFile, event: FilesAttached, detached: bool) -> None:
    refusal = file.refusal(event.actor.user_id)
    if refusal is not None:
        file.version += 1
        _refuse(session, file.id, event.number, refusal, file.version)
        return
    file.bind(event.number, event.scope)
    outbox.add(session, event_mapper.bound(file))
    if detached:
        await _erase(session, file)


def _refuse(session: AsyncSession, identifier: UUID, number: str, reason: Refusal, version: int) -> None:
    outbox.add(session, event_mapper.binding_refused(identifier, number, reason, version))


async def detach(session: AsyncSession, event: FileDetached) -> None:
    """Erases the file if it is this incident's, and remembers it for an attachment that arrives late."""
    file = await repository.find_for_change(session, event.file_id)
    await projections.detachment(session, event)
    if file is not None and file.stage == "stored" and file.incident_number == event.number:
        await _erase(session, file)


async def judge(
    session: AsyncSession, identifier: UUID, *, infected: bool, scanner: str, thumbnail_key: str | None = None
) -> None:
    """The scanner's verdict; an infected file loses its bytes and keeps its row."""
    file = await repository.find_for_change(session, identifier)
    if file is None or file.stage != "stored" or file.scan != "pending":
        return
    file.judge(infected, scanner)
    file.thumbnail_key = thumbnail_key
    if file.incident_number is not None:
        outbox.add(session, event_mapper.scanned(file))
    if infected:
        outbox.add_job(session, ERASE, file_id=file.id, object_key=file.object_key)


async def bytes_gone(session: AsyncSession, identifier: UUID) -> None:
    """The object is deleted."""
    file = await repository.find_for_change(session, identifier)
    if file is None or file.object_key is None:
        return
    file.object_key = file.thumbnail_key = None
    if file.stage == "erased":  # otherwise infected: it stays to say so
        await _gone(session, file)


async def sweep(session: AsyncSession) -> int:
    """Erases what was tied to nothing for 24 hours; how many files."""
    files = await repository.left_over(session, clock.now() - LIFETIME)
    for file in files:
        await _erase(session, file)
    return len(files)


async def ask_scans_again(session: AsyncSession) -> int:
    """A scan that was given up while the scanner was down is asked for again; how many."""
    files = await repository.unscanned(session, clock.now() - SCAN_AGAIN)
    for file in files:
        file.scan_asked_at = clock.now()
        _ask_scan(session, file)
    return len(files)


def _ask_scan(session: AsyncSession, file: StoredFile) -> None:
    outbox.add_job(session, SCAN, file_id=file.id, object_key=file.object_key, media_type=file.media_type)


async def _erase(session: AsyncSession, file: StoredFile) -> None:
    """Out of everyone's sight at once; the bytes by a job, which deletes them before it says so."""
    file.erase()
    if file.object_key is None:
        await _gone(session, file)
    else:
        outbox.add_job(session, ERASE, file_id=file.id, object_key=file.object_key)


async def _gone(session: AsyncSession, file: StoredFile) -> None:
    """A file that an incident had leaves a tombstone and is told; any other leaves nothing."""
    if file.incident_number is None:
        await session.delete(file)
        return
    file.version += 1
    outbox.add(session, event_mapper.erased(file))

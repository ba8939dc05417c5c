"""What the background jobs of the files service run. The store and the scanner are asked before the database is, so
that no transaction waits for them."""

from __future__ import annotations

from contextlib import aclosing
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.jobs import housekeeping
from chassis.jobs.registry import JobRegistry
from chassis.storage.interface import ObjectMissing
from files import repository, service
from files.jobs import ERASE, RESCAN, SCAN, SWEEP
from files.resources import Resources


async def scan(resources: Resources, session: AsyncSession, file_id: str, object_key: str) -> None:
    """Raises ScannerAway or StorageAway, and is retried: the file stays pending meanwhile."""
    try:
        content = await resources.storage.get(object_key)
    except ObjectMissing:
        if await repository.holds_object(session, object_key):
            raise
        return  # erased before its turn came
    async with aclosing(content):
        infected = await resources.scanner.infected(content)
    await service.judge(session, UUID(file_id), infected=infected, scanner=resources.scanner.name)


async def erase(resources: Resources, session: AsyncSession, file_id: str, object_key: str) -> None:
    await resources.storage.delete(object_key)
    await service.bytes_gone(session, UUID(file_id))


async def sweep(session: AsyncSession) -> None:
    await service.sweep(session)


async def rescan(session: AsyncSession) -> None:
    await service.ask_scans_again(session)


def registry(resources: Resources) -> JobRegistry:
    async def scan_one(session: AsyncSession, file_id: str, object_key: str) -> None:
        await scan(resources, session, file_id, object_key)

    async def erase_one(session: AsyncSession, file_id: str, object_key: str) -> None:
        await erase(resources, session, file_id, object_key)

    jobs = JobRegistry("files")
    housekeeping.register(jobs)
    jobs.bind(SCAN, scan_one)
    jobs.bind(ERASE, erase_one)
    jobs.bind_periodic(SWEEP, timedelta(minutes=10), sweep)
    jobs.bind_periodic(RESCAN, timedelta(minutes=30), rescan)
    return jobs

"""A projection keeps the newest version of each row, in whatever order the events arrive."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sample.models import Note
from sqlalchemy import select

from chassis import projections
from devkit.harness import Harness

NOTE = UUID(int=1)


async def project(harness: Harness, version: int, text: str) -> bool:
    async with harness.service.database.transaction() as session:
        return await projections.upsert(session, Note, {"id": NOTE, "text": text}, version)


async def kept(harness: Harness) -> list[tuple[int, str, int | None]]:
    async with harness.service.database.transaction() as session:
        return [(note.version, note.text, note.rank) for note in await session.scalars(select(Note))]


async def test_an_unknown_row_is_inserted(harness: Harness) -> None:
    assert await project(harness, 1, "first")
    assert await kept(harness) == [(1, "first", None)]


async def test_a_newer_version_replaces_the_values_and_leaves_other_columns(harness: Harness) -> None:
    async with harness.service.database.transaction() as session:
        session.add(Note(id=NOTE, version=1, text="first", rank=7))
    assert await project(harness, 3, "third")
    assert await kept(harness) == [(3, "third", 7)]


@pytest.mark.parametrize("version", [1, 2], ids=["older", "equal"])
async def test_an_older_or_equal_version_changes_nothing(harness: Harness, version: int) -> None:
    await project(harness, 2, "second")
    assert not await project(harness, version, "late")
    assert await kept(harness) == [(2, "second", None)]


async def test_of_versions_that_arrive_at_once_the_newest_stays(harness: Harness) -> None:
    await asyncio.gather(*(project(harness, version, str(version)) for version in (3, 5, 1, 4, 2)))
    assert await kept(harness) == [(5, "5", None)]

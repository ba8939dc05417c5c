"""The feed of changes: one row for each, written in the transaction of the change, numbered once it has committed.

A number that a transaction took for itself could commit after a higher one that a program had read already, and that
change would be missed. So rows are inserted without number, and numbers are given, one caller at a time, to rows that
are committed: what is numbered later gets a higher number, always. See docs/decisions/0025.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Identity, Index, Integer, func, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.database import Database
from chassis.job_registry import Job, JobRegistry
from chassis.sql import AnyRow
from web.errors import Problem
from web.i18n import text as sentences

LOCK = 7_205_759_405
AT_ONCE = 5000


class ChangeColumns:
    """The columns of a service's table ``changes``; ``id`` follows the order in which changes of one object happened,
    whose row each of them locks."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str]
    number: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:  # noqa: N805 - SQLAlchemy's own form; each service has its index
        return (Index("ix_changes_unnumbered", "id", postgresql_where=text("sequence IS NULL")),)


class ChangesGone(Problem):
    """``restart_after``: what to ask next, once the lists were read anew."""

    status = 410
    code = "changes_gone"
    message = sentences(
        "Les changements après le n° {after} ne sont plus tous gardés. Relisez les listes, puis reprenez après le "
        "n° {restart_after}.",
        "Not all changes after no. {after} are kept any more. Read the lists again, then go on after no. "
        "{restart_after}.",
    )


UNNUMBERED = text("SELECT EXISTS (SELECT FROM changes WHERE sequence IS NULL)")
# A statement of its own after the lock: it then sees what the caller before it has numbered. The newest row is never
# deleted, so the highest number is always there.
NUMBER = text("""
    UPDATE changes SET sequence = given.base + given.rank
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS rank,
                 (SELECT coalesce(max(sequence), 0) FROM changes) AS base
          FROM (SELECT id FROM changes WHERE sequence IS NULL ORDER BY id LIMIT :most) AS waiting) AS given
    WHERE changes.id = given.id
    RETURNING changes.id
""")
LAST = text("SELECT coalesce(max(sequence), 0) FROM changes")
AFTER = text("""
    SELECT sequence, kind, number, version, at FROM changes WHERE sequence > :after ORDER BY sequence LIMIT :most
""")
FORGET = text("""
    DELETE FROM changes WHERE at < now() - interval '90 days' AND sequence < (SELECT max(sequence) FROM changes)
""")


async def number(session: AsyncSession) -> int:
    """Gives numbers to changes that have committed, at most ``AT_ONCE``; how many. Others wait until this commits."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    return len((await session.execute(NUMBER, {"most": AT_ONCE})).all())


async def read(
    database: Database, reader: AsyncConnection, after: int | None, limit: int
) -> tuple[Sequence[AnyRow], int, bool]:
    """The changes after ``after``, oldest first; the number to go on after; whether there are more.

    Without ``after`` none, and where the feed ends now. Raises ChangesGone for changes that were deleted, and for a
    number that the feed has not reached: that program has followed another database than this one.
    """
    if await reader.scalar(UNNUMBERED):
        async with database.transaction() as session:
            await number(session)
    last: int = await reader.scalar(LAST)
    if after is None:
        return [], last, False
    found = (await reader.execute(AFTER, {"after": after, "most": limit + 1})).all()
    # Numbers have no gaps.
    if after > last or (found and found[0].sequence != after + 1):
        raise ChangesGone(after=after, restart_after=last)
    rows = found[:limit]
    return rows, rows[-1].sequence if rows else after, len(found) > limit


async def forget(session: AsyncSession) -> None:
    """Deletes what is older than ninety days, the newest excepted."""
    while await number(session) == AT_ONCE:
        pass
    await session.execute(FORGET)


def register(registry: JobRegistry) -> None:
    registry.bind_periodic(Job(f"{registry.service}.forget_changes"), timedelta(hours=1), forget)

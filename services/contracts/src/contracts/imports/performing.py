"""The blocks of an import, each in a transaction of its own: what a line does is what its own PUT does.

A run does one block and enqueues the next, all in its transaction. So a process that is killed leaves no block half
done, and a run that is delivered twice finds its block done. The next run leaves the outbox after the block's events:
an import never has more of them waiting than one block's, and other jobs have their turn in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from chassis.retry_policy import DatabaseAway
from chassis.sql import AnyRow
from contracts.imports import lines, repository
from contracts.imports.errors import ImportNotFound, NumberTwice
from contracts.imports.lines import Line, Refusal
from contracts.registering import Outcome, Registering
from contracts.tasks import IMPORT_BLOCK
from web import clock
from web.auth.principal import Principal
from web.errors import Problem
from web.text import codes

log = logging.getLogger(__name__)

# One whose next block was lost among the dead jobs stands still; it is set going again after that time.
STANDS_STILL = timedelta(minutes=10)
# Nothing comes any more of a body that has been on its way so long without a block.
GIVEN_UP = timedelta(hours=1)
KEPT = timedelta(days=90)
AT_ONCE = 50


async def perform(session: AsyncSession, import_id: str, block: int) -> None:
    job = await repository.locked(session, UUID(import_id))
    if job is None or job.state != "running" or job.handled_blocks != block:
        return
    kept = await repository.block(session, job.id, block)
    results = await _results(session, job, list(lines.read(kept.content, kept.first_line)))
    refused = [each.row() for each in results if isinstance(each, Refusal)]
    counted = Counter(each for each in results if isinstance(each, str))
    await repository.add_refusals(session, job.id, refused)
    now = clock.now()
    values = {
        "handled_blocks": block + 1,
        "created": job.created + counted["created"],
        "changed": job.changed + counted["changed"],
        "unchanged": job.unchanged + counted["unchanged"],
        "refused": job.refused + len(refused),
        "moved_at": now,
    }
    await repository.change(session, job.id, values)
    if block + 1 == job.blocks:
        await repository.end(session, job.id, "done", now)
    else:
        outbox.add_job(session, IMPORT_BLOCK, import_id=job.id, block=block + 1)


async def cancel(session: AsyncSession, import_id: UUID) -> None:
    """The block under way is finished first, as its job holds the row that is locked here. What has ended stays."""
    job = await repository.locked(session, import_id)
    if job is None or job.state == "open":
        raise ImportNotFound
    if job.state == "running":
        await repository.end(session, job.id, "cancelled", clock.now())
    else:
        audit.skip(session)


async def tidy(session: AsyncSession) -> int:
    """Enqueues the next block of imports that stand still, and forgets what was given up or is old; how many stood
    still."""
    now = clock.now()
    stuck = await repository.stuck(session, now - STANDS_STILL, AT_ONCE)
    for each in stuck:
        outbox.add_job(session, IMPORT_BLOCK, import_id=each.id, block=each.handled_blocks)
    await repository.forget(session, now - GIVEN_UP, now - KEPT)
    return len(stuck)


async def _results(session: AsyncSession, job: AnyRow, read: Sequence[Line | Refusal]) -> list[Outcome | Refusal]:
    results: list[Outcome | Refusal] = [each for each in read if isinstance(each, Refusal)]
    found = [each for each in read if isinstance(each, Line)]
    taken = await repository.earlier_lines(session, job.id, map(_code, found))
    first: dict[str, Line] = {}
    for each in found:
        earlier = taken.get(_code(each)) or first.setdefault(_code(each), each).at
        if earlier != each.at:
            number = each.wanted.number
            results.append(Refusal(each.at, number, NumberTwice(number=number, line=earlier)))
    numbered = [{"kind": "contract", "code": code, "line": line.at} for code, line in first.items()]
    await repository.add_names(session, job.id, [{**row, "reseller_id": None} for row in numbered])
    return results + await _registered(session, job, list(first.values()))


async def _registered(session: AsyncSession, job: AnyRow, block: Sequence[Line]) -> list[Outcome | Refusal]:
    """Where one of the lines fails as none should, each is done alone, and it is refused. What the database refuses for
    a moment runs the job again."""
    try:
        return await _register(session, job, block)
    except (DBAPIError, DatabaseAway) as error:
        if not isinstance(error, IntegrityError | DataError):
            raise
        failed: Exception = error
    except Exception as error:
        failed = error
    # What the failure left in the session is of no use any more.
    session.expunge_all()
    if len(block) > 1:
        return [result for line in block for result in await _registered(session, job, [line])]
    [line] = block
    log.error("import %s fails on line %s", job.id, line.at, exc_info=failed)
    return [Refusal(line.at, line.wanted.number, failed if isinstance(failed, Problem) else Problem())]


async def _register(session: AsyncSession, job: AnyRow, block: Sequence[Line]) -> list[Outcome | Refusal]:
    """A dry run does the same and takes it back."""
    clients = {line.wanted.client.code for line in block if line.wanted.client}
    owners = await repository.owners(session, job.id, clients) if job.is_dry_run else {}
    results: list[Outcome | Refusal] = []
    savepoint = await session.begin_nested()
    try:
        registering = await Registering.load(session, [(line.wanted.number, line.wanted) for line in block], owners)
        for line in block:
            results.append(_put(session, job, registering, line))
            # The worker's relay and consumers share its loop.
            await asyncio.sleep(0)
        await registering.store()
    except BaseException:
        await savepoint.rollback()
        raise
    if not job.is_dry_run:
        await savepoint.commit()
        return results
    await savepoint.rollback()
    named = [{"kind": "client", "code": code, "reseller_id": of} for code, of in registering.owners.items()]
    await repository.add_names(session, job.id, [{**row, "line": None} for row in named])
    return results


def _put(session: AsyncSession, job: AnyRow, registering: Registering, line: Line) -> Outcome | Refusal:
    try:
        contract, outcome = registering.put(line.wanted.number, line.wanted)
    except Problem as problem:
        return Refusal(line.at, line.wanted.number, problem)
    if outcome != "unchanged":
        by, of = Principal(subject=job.owner), str(job.id)
        audit.record(session, "contract.import", organisation_id=None, subject=contract.number, by=by, import_id=of)
    return outcome


def _code(line: Line) -> str:
    return codes.number(line.wanted.number)

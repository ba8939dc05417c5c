"""Transactional outbox: events and jobs are rows first, in the transaction of the change that causes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import TOUCHED
from chassis.job_registry import Job, JobCall
from chassis.tables import InboxEntry, OutboxMessage
from events import Envelope, Event
from web.observability import traceparent


def add(session: AsyncSession, event: Event) -> None:
    """Publishes ``event`` once the transaction has committed."""
    envelope = Envelope.of(event, traceparent=traceparent.get())
    session.add(
        OutboxMessage(
            id=envelope.id,
            kind="event",
            type=event.type,
            aggregate=f"{event.type.split('.')[1]}:{event.aggregate_id}",
            payload=envelope.model_dump(mode="json"),
        )
    )
    session.info[TOUCHED] = True


def add_job(session: AsyncSession, job: Job, *, due_at: datetime | None = None, **arguments: Any) -> None:
    """Runs ``job`` with these JSON-able arguments once the transaction has committed, no earlier than ``due_at``."""
    row = job_row(uuid4(), job.name, to_jsonable_python(arguments))
    if due_at is not None:
        row.due_at = due_at
    session.add(row)
    session.info[TOUCHED] = True


async def retry_job(session: AsyncSession, call: JobCall, delay: timedelta) -> None:
    """Runs ``call`` again after ``delay``. Its id follows from the attempt's, so that an attempt which is delivered
    twice is retried once."""
    row = {
        "id": uuid5(call.id, str(call.attempts + 1)),
        "kind": "job",
        "type": call.name,
        "aggregate": f"job:{call.id}",
        "payload": call.again().payload(),
        "due_at": func.now() + delay,
    }
    await session.execute(insert(OutboxMessage).values(row).on_conflict_do_nothing())
    session.info[TOUCHED] = True


async def send_again(session: AsyncSession, since: datetime, jobs: str) -> int:
    """Marks what was sent since then as unsent, so that the relay publishes it again in order; returns how many.

    Used after a broker was lost or a database was restored to an earlier moment. Consumers skip the events that their
    inbox holds. Of jobs only those are sent that have not run, by the inbox of the queue ``jobs``.
    """
    which = or_(OutboxMessage.kind == "event", _has_not_run(jobs))
    again = update(OutboxMessage).where(OutboxMessage.sent_at >= since, which)
    done = await session.execute(again.values(sent_at=None, attempts=0))
    session.info[TOUCHED] = True
    return cast("CursorResult[Any]", done).rowcount


def _has_not_run(jobs: str) -> ColumnElement[bool]:
    """Of jobs from before the first that the inbox holds nothing is known: releases of then noted none."""
    ran = select(InboxEntry).where(InboxEntry.consumer == jobs)
    first = ran.with_only_columns(func.min(InboxEntry.received_at)).scalar_subquery()
    is_noted = ran.where(InboxEntry.event_id == OutboxMessage.id).exists()
    return and_(OutboxMessage.kind == "job", OutboxMessage.created_at >= first, ~is_noted)


def job_row(identifier: UUID, name: str, arguments: dict[str, Any]) -> OutboxMessage:
    return OutboxMessage(
        id=identifier,
        kind="job",
        type=name,
        aggregate=f"job:{identifier}",
        payload=JobCall(identifier, name, arguments, traceparent=traceparent.get()).payload(),
    )

"""The in-process bus of the embedded stack: deliveries and jobs are rows, so a kill loses nothing.

The same relay, consumers, inbox, retry ladder and dead letters as with RabbitMQ; only the carrier differs. The rows
live in a database of the bus's own, as a broker's would.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Identity,
    Index,
    MetaData,
    Text,
    and_,
    cast,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import Database
from chassis.messaging.consumer import Consumer, DatabaseAway, PermanentFailure, log_retry
from chassis.messaging.dead_letters import DeadLetter
from chassis.messaging.relay import Row
from chassis.observability import Metrics
from chassis.tables import NAMING, TYPES

log = logging.getLogger(__name__)

POLL = 0.05
WINDOW = 20
AWAY_PAUSE = 0.5

StartJob = Callable[[str, str, dict[str, Any]], None]


class BusBase(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class LocalDelivery(BusBase):
    """An event on its way to one consumer."""

    __tablename__ = "deliveries"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity())
    body: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    dead: Mapped[bool] = mapped_column(server_default=text("false"))
    error: Mapped[str | None]

    __table_args__ = (Index("ix_deliveries_due", "consumer", "next_at", postgresql_where=text("NOT dead")),)


class LocalJob(BusBase):
    """A job handed to the worker: the row goes when its task has committed."""

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]


class LocalBus:
    """``start_job(id, name, arguments)`` gives a job to the embedded worker, which calls :meth:`job_done`.

    Without a worker, jobs are kept until there is one (:meth:`work_with`, :meth:`restart_jobs`).
    """

    def __init__(self, database: Database, start_job: StartJob | None = None, *, poll: float = POLL) -> None:
        self.database = database
        self.poll = poll
        self._start_job = start_job or _keep
        self._subscriptions: dict[str, list[str]] = {}
        self._nudges: dict[str, asyncio.Event] = {}

    async def create_tables(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.run_sync(BusBase.metadata.create_all)

    def subscribe(self, consumer: Consumer) -> None:
        self._nudges[consumer.name] = asyncio.Event()
        for type_ in consumer.handlers:
            self._subscriptions.setdefault(type_, []).append(consumer.name)

    def work_with(self, start_job: StartJob) -> None:
        self._start_job = start_job

    async def restart_jobs(self) -> None:
        """Gives the worker again what a kill interrupted."""
        async with self.database.reader() as reader:
            for job in (await reader.execute(select(LocalJob.id, LocalJob.name, LocalJob.arguments))).all():
                self._start_job(str(job.id), job.name, job.arguments)

    async def job_done(self, identifier: str) -> None:
        async with self.database.transaction() as session:
            await session.execute(delete(LocalJob).where(LocalJob.id == UUID(identifier)))

    async def publish(self, rows: Sequence[Row]) -> list[str | None]:
        deliveries = [d for row in rows if row.kind == "event" for d in self._deliveries(row)]
        jobs = [row for row in rows if row.kind == "job"]
        async with self.database.transaction() as session:
            if deliveries:
                await session.execute(insert(LocalDelivery).values(deliveries).on_conflict_do_nothing())
            if jobs:
                values = [{"id": r.id, "name": r.type, "arguments": r.payload["arguments"]} for r in jobs]
                await session.execute(insert(LocalJob).values(values).on_conflict_do_nothing())
        for row in jobs:
            self._start_job(str(row.id), row.type, row.payload["arguments"])
        for delivery in deliveries:
            self._nudges[delivery["consumer"]].set()
        return [None] * len(rows)

    def _deliveries(self, row: Row) -> list[dict[str, Any]]:
        body = json.dumps(row.payload, ensure_ascii=False)
        consumers = self._subscriptions.get(row.type, [])
        return [{"consumer": consumer, "event_id": row.id, "body": body} for consumer in consumers]

    async def close(self) -> None:
        """Part of the publisher's interface; the database is closed by whoever made it."""


class LocalRunner:
    """One consumer on the in-process bus."""

    def __init__(
        self, bus: LocalBus, consumer: Consumer, database: Database, ladder: Sequence[timedelta], metrics: Metrics
    ) -> None:
        self._bus = bus
        self._consumer = consumer
        self._database = database
        self._ladder = ladder
        self._metrics = metrics
        bus.subscribe(consumer)
        self._nudge = bus._nudges[consumer.name]

    async def run(self) -> None:
        while True:
            self._nudge.clear()
            try:
                due = await self._due()
                await asyncio.gather(*(self._handle(row.event_id, row.body, row.attempts) for row in due))
            except (SQLAlchemyError, OSError) as error:
                # The bus's own database: what was not forgotten is delivered again, and the inbox knows it.
                log.warning("%s waits for the bus: %s", self._consumer.name, error)
                await asyncio.sleep(AWAY_PAUSE)
                continue
            if not due:
                await _rest(self._nudge, self._bus.poll)

    async def _due(self) -> Sequence[Any]:
        query = (
            select(LocalDelivery.event_id, LocalDelivery.body, LocalDelivery.attempts)
            .where(LocalDelivery.consumer == self._consumer.name, ~LocalDelivery.dead)
            .where(LocalDelivery.next_at <= func.now())
            .order_by(LocalDelivery.position)
            .limit(WINDOW)
        )
        async with self._bus.database.reader() as reader:
            return (await reader.execute(query)).all()

    async def _handle(self, event_id: UUID, body: str, attempts: int) -> None:
        outcome = "applied"
        try:
            fresh = await self._consumer.process(self._database, body.encode())
            outcome = "applied" if fresh else "duplicate"
            await self._forget(event_id)
        except DatabaseAway:
            outcome = "database_away"
            await asyncio.sleep(AWAY_PAUSE)
        except PermanentFailure as error:
            outcome = await self._postpone(event_id, len(self._ladder), error)
        except Exception as error:
            outcome = await self._postpone(event_id, attempts, error)
        self._metrics.consumed.labels(self._consumer.name, outcome).inc()

    async def _forget(self, event_id: UUID) -> None:
        async with self._bus.database.transaction() as session:
            await session.execute(delete(LocalDelivery).where(self._is(event_id)))

    def _is(self, event_id: UUID) -> ColumnElement[bool]:
        return and_(LocalDelivery.consumer == self._consumer.name, LocalDelivery.event_id == event_id)

    async def _postpone(self, event_id: UUID, attempts: int, error: Exception) -> str:
        dead = attempts >= len(self._ladder)
        if dead:
            log.error("%s gives %s up", self._consumer.name, event_id, exc_info=error)
        else:
            log_retry(log, self._consumer.name, event_id, error)
        values: dict[str, Any] = {"dead": dead, "error": f"{type(error).__name__}: {error}"[:500]}
        if not dead:
            values |= {"attempts": attempts + 1, "next_at": datetime.now(UTC) + self._ladder[attempts]}
        async with self._bus.database.transaction() as session:
            await session.execute(update(LocalDelivery).where(self._is(event_id)).values(values))
        return "dead" if dead else "retried"


class LocalDeadLetters:
    """The operator's hand on the in-process bus."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listing(self, consumer: str) -> list[DeadLetter]:
        query = select(LocalDelivery).where(LocalDelivery.consumer == consumer, LocalDelivery.dead)
        async with self._database.transaction() as session:
            rows = (await session.scalars(query.order_by(LocalDelivery.position))).all()
        return [
            DeadLetter(
                str(row.event_id), consumer, json.loads(row.body)["type"], row.error or "", row.attempts, row.body
            )
            for row in rows
        ]

    async def replay(self, consumer: str, ids: set[str] | None) -> int:
        chosen = {d.id for d in await self.listing(consumer)} if ids is None else ids
        again = update(LocalDelivery).where(_among(consumer, chosen), LocalDelivery.dead)
        return await self._change(again.values(dead=False, attempts=0, next_at=func.now(), error=None))

    async def drop(self, consumer: str, ids: set[str]) -> int:
        return await self._change(delete(LocalDelivery).where(_among(consumer, ids), LocalDelivery.dead))

    async def _change(self, statement: Any) -> int:
        async with self._database.transaction() as session:
            result: Any = await session.execute(statement)
        return int(result.rowcount)


def _keep(_identifier: str, _name: str, _arguments: dict[str, Any]) -> None:
    """The row is there; a worker that comes later takes it up."""


def _among(consumer: str, ids: set[str]) -> ColumnElement[bool]:
    return and_(LocalDelivery.consumer == consumer, cast(LocalDelivery.event_id, Text).in_(ids))


async def _rest(nudge: asyncio.Event, poll: float) -> None:
    try:
        await asyncio.wait_for(nudge.wait(), poll)
    except TimeoutError:
        return

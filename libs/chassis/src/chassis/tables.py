"""The tables that every service has: outbox, inbox, idempotency, periodic slots, dead jobs, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, LargeBinary, MetaData, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TYPES: dict[Any, Any] = {datetime: TIMESTAMP(timezone=True), dict[str, Any]: JSONB, str: Text, list[str]: JSONB}


class ChassisBase(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class OutboxMessage(ChassisBase):
    """Something to tell: an event (``kind='event'``) or a background job (``kind='job'``).

    Pending is ``sent_at IS NULL``; state per row rather than a position cursor, which would skip a late commit.
    ``due_at`` holds a job back until then; ``next_attempt_at`` is the backoff after a refusal.
    """

    __tablename__ = "outbox"

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    type: Mapped[str]
    aggregate: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_pending", "position", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_pending_aggregate", "aggregate", "position", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_sent_at", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    )


class InboxEntry(ChassisBase):
    """Proof that a consumer has had the effect of an event: the same row is never inserted twice."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class IdempotencyRecord(ChassisBase):
    """The answer that an Idempotency-Key got, kept for 24 hours. ``scope`` is caller and route."""

    __tablename__ = "idempotency"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class PeriodicSlot(ChassisBase):
    """A slot of a periodic job, claimed once, whichever scheduler comes first."""

    __tablename__ = "periodic_slots"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeadJob(ChassisBase):
    """A job that failed for good, kept for an operator to replay or drop."""

    __tablename__ = "dead_jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    error: Mapped[str]
    failed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AuditEntry(ChassisBase):
    """Who did what to what; the application can only add. Readable by the administrators of ``organisation_id`` (whose
    matter it is) and of ``actor_organisation_id``; what a service account did, by SQP's."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    organisation_id: Mapped[UUID | None]
    actor: Mapped[str]
    actor_kind: Mapped[str] = mapped_column(server_default=text("'person'"))
    actor_name: Mapped[str] = mapped_column(server_default=text("''"))
    actor_organisation_id: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str | None]

    __table_args__ = (
        Index("ix_audit_organisation", "organisation_id", "id"),
        Index("ix_audit_actor_organisation", "actor_organisation_id", "at", "id"),
        Index("ix_audit_services", "at", "id", postgresql_where=text("actor_kind = 'service'")),
    )

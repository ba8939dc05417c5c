"""The feed, the e-mails, the stream's items, and what is known of people, organisations and incidents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, BigInteger, Identity, Index, Integer, MetaData, Text, UniqueConstraint, Uuid, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.tables import NAMING, TYPES
from notifications.notification_types import ACCOUNT_KINDS


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class Organisation(Base):
    """Projection of identity's organisations. While ``portal_access`` is false, its people are not notified."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    portal_access: Mapped[bool]
    version: Mapped[int]


class User(Base):
    """Projection of identity's users. The event about a user may arrive before that about the organisation."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    organisation_kind: Mapped[str] = mapped_column(index=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str]
    status: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]


class ClosedSession(Base):
    """A session that was ended early. Kept as long as one of its access tokens could still open a stream."""

    __tablename__ = "closed_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Incident(Base):
    """Projection of incidents: the parties, from the latest event. ``readers``: who of the client's people reads it
    beside its administrators; None: all of them. ``declared_at`` is empty until the declaration has arrived."""

    __tablename__ = "incidents"

    number: Mapped[str] = mapped_column(primary_key=True)
    reseller_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    readers: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    declared_at: Mapped[datetime | None]
    version: Mapped[int]


class Exchange(Base):
    """Projection of an exchange line: whether what is to come back (the faulty product, or a replacement) is
    still to be reminded of, and the instant of its
    approval."""

    __tablename__ = "exchanges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    return_state: Mapped[str]
    return_due_on: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    version: Mapped[int]


class NamedFile(Base):
    """A file that a request attached to an incident. There is no notification until the files service has ``bound`` it.

    ``act`` is the event that named it, ``event_id`` that event's id: the files of one act are told as one.
    """

    __tablename__ = "named_files"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    number: Mapped[str]
    scope: Mapped[str]
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime]
    act: Mapped[dict[str, Any]]
    bound: Mapped[bool] = mapped_column(server_default=sql("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Notification(Base):
    """One line of a person's feed: ``kind`` and ``facts`` make the wording when it is read."""

    __tablename__ = "notifications"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID]
    user_id: Mapped[UUID]
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]]
    subject: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        Index("ix_notifications_feed", "user_id", "created_at", "id"),
        Index("ix_notifications_unread", "user_id", postgresql_where=sql("read_at IS NULL")),
        Index("ix_notifications_created_at", "created_at"),
    )


class Preference(Base):
    """On or off per kind, as far as the person has chosen: by e-mail, and in the feed (``app``)."""

    __tablename__ = "preferences"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[dict[str, Any]]
    app: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sql("'{}'"))


class Email(Base):
    """A message to one person, and how far it got: this row alone decides about attempts. Its id makes the Message-ID,
    so a repeat is recognisable.

    ``state``: queued → sent | failed (refused for good) | skipped (no longer to be told) | expired (its link is over).
    ``sealed_token`` is the link's token, encrypted. It is decrypted only to word the mail, and erased in a final state.
    """

    __tablename__ = "emails"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID]
    user_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    kind: Mapped[str]
    language: Mapped[str]
    recipient: Mapped[str]
    recipient_name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    subject_id: Mapped[str]
    path: Mapped[str]
    sealed_token: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        Index("ix_emails_created_at", "created_at"),
        Index("ix_emails_reminders", "user_id", postgresql_where=sql("kind = 'contract_expiring'")),
        Index("ix_emails_queued", "next_attempt_at", postgresql_where=sql("state = 'queued'")),
    )

    @property
    def is_about_account(self) -> bool:
        return self.kind in ACCOUNT_KINDS

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def end(self, state: str, now: datetime, error: str | None = None) -> None:
        """Nothing more will happen to it: the token goes."""
        self.state = state
        self.ended_at = now
        self.last_error = error
        self.sealed_token = None

    def fail_attempt(self, error: str) -> None:
        self.attempts += 1
        self.last_error = error[:500]


class ReminderTold(Base):
    """One reminder of a contract and one reader, or an organisation without any (``user_id`` empty): the log, and the
    lines of the e-mail ``email_id``, which is empty where the reader wants none. ``facts`` as in the feed."""

    __tablename__ = "reminders_told"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contract_number: Mapped[str] = mapped_column(index=True)
    ends_on: Mapped[date]
    kind: Mapped[str]
    threshold: Mapped[int]
    reseller_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    in_app: Mapped[bool]
    email_id: Mapped[UUID | None] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class StreamItem(Base):
    """Something for open pages. Ordered by (``xid``, ``id``) and read up to the oldest transaction still under way:
    a transaction that commits late has a low id, and a cursor over ids alone would skip it."""

    __tablename__ = "stream_items"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=sql("(pg_current_xact_id()::text::bigint)"))
    event: Mapped[str]
    audience: Mapped[list[str]] = mapped_column(ARRAY(Text))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)

    __table_args__ = (Index("ix_stream_items_cursor", "xid", "id"),)

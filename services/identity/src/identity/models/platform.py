"""Signing keys, service accounts, throttle counters and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from identity.models.base import Base, KeyState


class SigningKey(Base):
    """``next`` is published and does not sign yet; ``active`` signs; ``retired`` is published until its tokens have
    expired. The private part is encrypted with a secret that is not in the database."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[dict[str, Any]]
    sealed_private: Mapped[str]
    state: Mapped[KeyState]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_signing_keys_state", "state", unique=True, postgresql_where=text("state IN ('next', 'active')")),
        CheckConstraint("state IN ('next', 'active', 'retired')", name="state"),
    )

    def activate(self, now: datetime) -> None:
        self.state = "active"
        self.activated_at = now

    def retire(self, now: datetime) -> None:
        self.state = "retired"
        self.retired_at = now


class ServiceAccount(Base):
    """A back-office system: OAuth 2 client credentials and the scopes that it may ask for."""

    __tablename__ = "service_accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret_hash: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ThrottleCounter(Base):
    """Attempts in the current window of one bucket; the key says the bucket and the digest of whom it counts."""

    __tablename__ = "throttle_counters"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Base):
    """Who did what to what. Written in the transaction of the change; the application can only add."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    organisation_id: Mapped[UUID | None]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str | None]

    __table_args__ = (Index("ix_audit_organisation", "organisation_id", "id"),)

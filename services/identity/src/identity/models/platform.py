"""Signing keys, service accounts and throttle counters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, func, text
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
    disabled_at: Mapped[datetime | None]


class ThrottleCounter(Base):
    """Attempts until ``expires_at``; the key says the limit and the digest of what it counts."""

    __tablename__ = "throttle_counters"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    # The previous release counts from it; the next migration drops it.
    started_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)

"""Sessions: one per log-in, behind an opaque cookie (browser) or a rotating refresh token (api)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from api.identity.common import Client
from identity.models.base import Base


class Rotation(Enum):
    """What a presented refresh token means for its session."""

    ROTATED = auto()
    REPEATED = auto()
    REUSED = auto()


class Session(Base):
    """``expires_at`` is fixed when remembered; otherwise it slides, one idle period after the last use, up to a limit.

    ``generation`` counts the refresh tokens: none is stored, for the current one can be derived again.
    """

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    client: Mapped[Client]
    digest: Mapped[str | None] = mapped_column(unique=True)
    generation: Mapped[int] = mapped_column(Integer, default=1)
    rotated_at: Mapped[datetime | None]
    remember: Mapped[bool]
    device: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # When the person last gave the password and a second factor again, within the session.
    proven_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (
        CheckConstraint("client IN ('api', 'browser')", name="client"),
        CheckConstraint("(client = 'browser') = (digest IS NOT NULL)", name="digest_of_browser"),
    )

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now

    def is_proven(self, now: datetime, fresh: timedelta) -> bool:
        return self.proven_at is not None and now - self.proven_at <= fresh

    def use(self, now: datetime, idle: timedelta, longest: timedelta) -> None:
        self.last_used_at = now
        if not self.remember:
            self.expires_at = min(now + idle, self.created_at + longest)

    def revoke(self, because: str, now: datetime) -> None:
        if self.revoked_at is None:
            self.revoked_at = now
            self.revoked_because = because

    def rotate(self, generation: int, now: datetime, grace: timedelta) -> Rotation:
        """The current generation rotates; the one before, within ``grace``, gets the same successor again (its
        answer may have been lost); an older one was stolen or copied."""
        if generation == self.generation:
            self.generation += 1
            self.rotated_at = now
            return Rotation.ROTATED
        recent = self.rotated_at is not None and now - self.rotated_at <= grace
        return Rotation.REPEATED if generation == self.generation - 1 and recent else Rotation.REUSED

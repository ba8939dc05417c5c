"""The tables of second factors and of log-ins that wait for one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from api.identity.common import Client
from identity.models.base import Base


class Authenticator(Base):
    """A person's authenticator application: one each. ``last_step`` is the time step of the last code that was taken,
    so that none is taken twice."""

    __tablename__ = "authenticators"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed_secret: Mapped[str]
    confirmed_at: Mapped[datetime]
    last_step: Mapped[int] = mapped_column(BigInteger)


class Enrolment(Base):
    """The secret of an application that has yet to show a right code. ``id`` is that of the session, or of the waiting
    log-in, that asked: another one of the same person is never shown this secret."""

    __tablename__ = "enrolments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    sealed_secret: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Base):
    """Stored hashed, good once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A credential of WebAuthn, with the name that the person gave it. ``sign_count`` is 0 for ever where the passkey
    is synchronised between devices."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a passkey has to sign: good once, for some minutes, for the session, waiting log-in or browser (``flow``)
    that asked, and for nothing but its purpose."""

    __tablename__ = "passkey_challenges"

    flow: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("purpose IN ('add', 'prove', 'second_step', 'log_in')", name="purpose"),)


class WaitingLogIn(Base):
    """The password was right, a second factor is missing. Its token opens nothing but the second step, and is kept by
    the browser or program that typed the password; stored hashed, good once, for some minutes."""

    __tablename__ = "waiting_log_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    client: Mapped[Client]
    remember: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("client IN ('api', 'browser')", name="client"),)


class Rescue(Base):
    """Asked by one person of SQP for a sole administrator who lost everything; another one confirms or refuses."""

    __tablename__ = "rescues"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(server_default=text("'pending'"))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("state IN ('pending', 'confirmed', 'refused')", name="state"),)

    def decide(self, state: Literal["confirmed", "refused"], *, by: UUID | None, at: datetime) -> None:
        self.state, self.decided_by, self.decided_at = state, by, at

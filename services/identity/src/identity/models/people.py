"""People: users with one of two roles, the devices they were seen on, the links that were sent to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from events import Role
from events.identity import UserStatus
from identity.models.base import Base, Purpose
from web.i18n import Language
from web.text.folding import searchable


class User(Base):
    """``login`` is unique over the platform, ignoring case. A user without ``password_hash`` cannot log in yet."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    login: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    role: Mapped[Role]
    status: Mapped[UserStatus] = mapped_column(default="invited")
    language: Mapped[Language] = mapped_column(default="fr")
    password_hash: Mapped[str | None]
    # An address that was asked for and whose link has not been followed yet.
    pending_email: Mapped[str] = mapped_column(default="", server_default=text("''"))
    email_undeliverable: Mapped[bool] = mapped_column(Boolean, default=False)
    # Whether the password alone opens nothing: the person has a second factor.
    second_factor: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    search_text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("uq_users_login", text("lower(login)"), unique=True),
        Index("ix_users_email", text("lower(email)")),
        CheckConstraint("role IN ('administrator', 'basic')", name="role"),
        CheckConstraint("status IN ('invited', 'active', 'disabled')", name="status"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
    )

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active_administrator(self) -> bool:
        return self.role == "administrator" and self.status == "active"

    def change(self, **values: str | None) -> list[str]:
        """Takes what is given and differs; answers the names of what changed, and grows the version once."""
        changed = [key for key, value in values.items() if value is not None and value != getattr(self, key)]
        for key in changed:
            setattr(self, key, values[key])
        if "email" in changed:
            self.email_undeliverable = False
        if changed:
            self.bump_version()
        return changed

    def confirm_email(self, email: str) -> None:
        self.email, self.pending_email, self.email_undeliverable = email, "", False
        self.bump_version()

    def set_password(self, password_hash: str) -> None:
        """A chosen password makes an invited user an active one."""
        self.password_hash = password_hash
        if self.status == "invited":
            self.status = "active"
        self.bump_version()

    def set_second_factor(self, *, has_one: bool) -> None:
        """Called whenever a factor came or went: the version grows each time."""
        self.second_factor = has_one
        self.bump_version()

    def mark_undeliverable(self) -> bool:
        """Whether that was news."""
        if self.email_undeliverable:
            return False
        self.email_undeliverable = True
        self.bump_version()
        return True

    def mark_deliverable(self) -> bool:
        """Another message is on its way; whether one had failed."""
        if not self.email_undeliverable:
            return False
        self.email_undeliverable = False
        self.bump_version()
        return True

    def bump_version(self) -> None:
        self.version += 1
        self.refresh_search_columns()

    def refresh_search_columns(self) -> None:
        self.search_text = searchable((self.login, self.first_name, self.last_name, self.email), phones=[self.phone])


class Device(Base):
    """A browser that a user has logged in from, by the digest of its device cookie; a program, by that of its user
    agent and network."""

    __tablename__ = "devices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True, index=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class LinkToken(Base):
    """A link that was sent by e-mail: stored hashed, good once, until ``expires_at``."""

    __tablename__ = "link_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[Purpose]
    digest: Mapped[str] = mapped_column(unique=True)
    # The address that the link confirms, or puts back, where that is what it is for.
    email: Mapped[str] = mapped_column(default="", server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "purpose IN ('reseller_account', 'invitation', 'client_sign_up', 'password_reset', 'email_change', "
            "'email_objection', 'rescue')",
            name="purpose",
        ),
    )

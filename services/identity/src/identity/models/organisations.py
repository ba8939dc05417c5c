"""Organisations, their addresses, the contracts that identity knows of, and requests to sign up."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Integer, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.identity.common import SignUpState
from events import OrganisationKind
from identity.errors import RequestAlreadyDecided
from identity.models.base import Base
from web.text import codes
from web.text.folding import searchable


class Organisation(Base):
    """``id`` is events.organisation_id(kind, code); ``code`` never changes. A client belongs to one reseller."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind]
    code: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(server_default=text("''"))
    phone: Mapped[str] = mapped_column(server_default=text("''"))
    reseller_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    portal_access: Mapped[bool] = mapped_column(server_default=text("true"))
    # Whether its people must have a second factor.
    second_factor_required: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    search_text: Mapped[str] = mapped_column(server_default=text("''"))
    name_key: Mapped[str] = mapped_column(Computed("fold(name)", persisted=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("uq_organisations_kind_code", "kind", "code", unique=True),
        Index("ix_organisations_code", "kind", text("upper(code)")),
        CheckConstraint("kind IN ('sqp', 'reseller', 'client')", name="kind"),
        CheckConstraint("(kind = 'client') = (reseller_id IS NOT NULL)", name="client_of_reseller"),
    )

    def change(self, *, name: str | None = None, email: str | None = None, phone: str | None = None) -> list[str]:
        """Takes what is given and differs; answers the names of what changed, and grows the version once."""
        given = {"name": name, "email": email, "phone": phone}
        changed = [key for key, value in given.items() if value is not None and value != getattr(self, key)]
        for key in changed:
            setattr(self, key, given[key])
        if changed:
            self.refresh_search_columns()
        return changed

    def set_access(self, *, is_open: bool) -> bool:
        """Opens or closes the portal to the organisation's people; False when it was so already."""
        if self.portal_access == is_open:
            return False
        self.portal_access = is_open
        self.version += 1
        return True

    def require_second_factor(self, *, is_required: bool) -> bool:
        """False when it was so already."""
        if self.second_factor_required == is_required:
            return False
        self.second_factor_required = is_required
        self.version += 1
        return True

    def refresh_search_columns(self) -> None:
        self.version += 1
        self.search_text = found_by(self.name, self.code, self.email, self.phone)


def found_by(name: str, code: str, email: str, phone: str) -> str:
    """What an organisation is searched by."""
    return searchable((name, code, email), phones=[phone])


class Address(Base):
    """A delivery address. The first of an organisation is primary, and there is always one while there are any."""

    __tablename__ = "addresses"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    label: Mapped[str]
    street: Mapped[str]
    complement: Mapped[str] = mapped_column(server_default=text("''"))
    postal_code: Mapped[str]
    city: Mapped[str]
    country: Mapped[str]
    email: Mapped[str] = mapped_column(server_default=text("''"))
    phone: Mapped[str] = mapped_column(server_default=text("''"))
    primary: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    search_text: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("uq_addresses_primary", "organisation_id", unique=True, postgresql_where=text('"primary"')),
    )

    def refresh_search_columns(self) -> None:
        parts = (self.label, self.street, self.complement, self.postal_code, self.city, self.email)
        self.search_text = searchable(parts, phones=[self.phone])


class KnownContract(Base):
    """Projection of contracts, for sign-up: the parties and the serial numbers (upper case)."""

    __tablename__ = "known_contracts"

    number: Mapped[str] = mapped_column(primary_key=True)
    # As numbers are compared: case and padding apart.
    number_code: Mapped[str] = mapped_column(
        Computed(codes.NUMBER_SQL.format(column="number"), persisted=True), index=True
    )
    serials: Mapped[list[str]] = mapped_column(JSONB)
    client_id: Mapped[UUID | None]
    reseller_id: Mapped[UUID]
    version: Mapped[int]

    def has(self, serial_number: str) -> bool:
        return codes.serial(serial_number) in map(codes.serial, self.serials)


class SignUpRequest(Base):
    """A sign-up for a client with an e-mail address that is not on file. The client's reseller approves or refuses."""

    __tablename__ = "sign_up_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    reseller_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    contract_number: Mapped[str]
    email: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    state: Mapped[SignUpState] = mapped_column(server_default=text("'pending'"))
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]

    __table_args__ = (
        Index(
            "uq_sign_up_requests_pending",
            "client_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        CheckConstraint("state IN ('pending', 'approved', 'refused')", name="state"),
    )

    def decide(self, state: Literal["approved", "refused"], *, by: UUID | None, at: datetime) -> None:
        if self.state != "pending":
            raise RequestAlreadyDecided(state=self.state)
        self.state = state
        self.decided_by = by
        self.decided_at = at
        self.version += 1

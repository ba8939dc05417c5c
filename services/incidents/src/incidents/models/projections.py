"""Projections of other services: contracts, organisations, people, delivery addresses."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from events.identity import UserStatus
from incidents.errors import ContractExpired, ContractNotStarted, UnknownSerial
from incidents.models.base import Base
from web.text import codes


class CoveredContract(Base):
    """Projection of a contract. ``articles``: designation, product_reference and serial_number each."""

    __tablename__ = "covers"

    number: Mapped[str] = mapped_column(primary_key=True)
    # As numbers are compared: case and padding apart.
    number_code: Mapped[str] = mapped_column(
        Computed(codes.NUMBER_SQL.format(column="number"), persisted=True), index=True
    )
    version: Mapped[int]
    product_reference: Mapped[str]
    serial_number: Mapped[str]
    articles: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    reseller_id: Mapped[UUID] = mapped_column(index=True)
    reseller_name: Mapped[str]
    client_id: Mapped[UUID | None] = mapped_column(index=True)
    client_name: Mapped[str | None]
    starts_on: Mapped[date]
    warranty_ends_on: Mapped[date]
    service_level: Mapped[str]
    # The codes of its own and of its articles' serial numbers.
    serial_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))

    __table_args__ = (Index("ix_covers_serial_codes", "serial_codes", postgresql_using="gin"),)

    def require_in_force(self, day: date) -> None:
        """Both ends of the cover are included."""
        if day > self.warranty_ends_on:
            raise ContractExpired.of(self.number, self.warranty_ends_on)
        if day < self.starts_on:
            raise ContractNotStarted.of(self.number, self.starts_on)

    def concerned(self, serials: list[str]) -> list[dict[str, str]]:
        """The articles with these serials, in the contract's order, case and separators ignored. Raises UnknownSerial,
        also of an article that was paid back.

        A contract without articles counts as one article of its own reference and serial.
        """
        wanted = {codes.serial(serial): serial for serial in serials}
        covered = {codes.serial(article["serial_number"]): article for article in self.articles or [self._itself()]}
        for code, serial in wanted.items():
            if code not in covered or code not in self.serial_codes:
                raise UnknownSerial(serial=serial, number=self.number, field="serial_numbers")
        return [article for code, article in covered.items() if code in wanted]

    def _itself(self) -> dict[str, str]:
        return {
            "designation": self.product_reference,
            "product_reference": self.product_reference,
            "serial_number": self.serial_number,
        }


class Organisation(Base):
    """Projection of identity's organisations."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    # What SQP finds a reseller's incidents by.
    search_text: Mapped[str] = mapped_column(server_default=text("''"))
    email: Mapped[str]
    phone: Mapped[str]
    portal_access: Mapped[bool] = mapped_column(server_default=text("true"))
    # A client's.
    reseller_id: Mapped[UUID | None]

    def is_of(self, reseller_id: UUID) -> bool:
        """False of a client that two resellers named at the same moment, for the one whose it is not."""
        return self.reseller_id in (None, reseller_id)


class User(Base):
    """Projection of a person: whether an organisation has a reader, who works at the desk, and who may be mentioned in
    SQP's notes.

    ``name``, ``first_name`` and ``role`` are empty until identity tells of the person again after the upgrade that
    added them. Of SQP's people alone ``login`` is kept."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    status: Mapped[UserStatus]
    name: Mapped[str] = mapped_column(server_default=text("''"))
    first_name: Mapped[str] = mapped_column(server_default=text("''"))
    role: Mapped[str] = mapped_column(server_default=text("''"))
    # In lower case, as it is compared.
    login: Mapped[str | None] = mapped_column(index=True)


class DeliveryAddress(Base):
    """Projection of an address. A deleted one stays as a tombstone, so that a late event cannot bring it back."""

    __tablename__ = "delivery_addresses"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    organisation_name: Mapped[str]
    address: Mapped[dict[str, Any]]
    is_primary: Mapped[bool]
    deleted: Mapped[bool] = mapped_column(server_default=text("false"))

"""What the service knows of its neighbours' things: contracts' cover, organisations, delivery addresses."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incidents.base import Base
from incidents.errors import ContractExpired, ContractNotStarted, UnknownSerial


class Cover(Base):
    """A contract as contracts told it last. ``articles``: designation, product_reference and serial_number each."""

    __tablename__ = "covers"

    number: Mapped[str] = mapped_column(primary_key=True)
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

    def require_in_force(self, day: date) -> None:
        """Both ends of the cover are included."""
        if day > self.warranty_ends_on:
            raise ContractExpired.of(self.number, self.warranty_ends_on)
        if day < self.starts_on:
            raise ContractNotStarted.of(self.number, self.starts_on)

    def concerned(self, serials: list[str]) -> list[dict[str, str]]:
        """The articles with these serials, in the contract's order; raises UnknownSerial. Case is ignored.

        A contract without articles counts as one article of its own reference and serial.
        """
        wanted = {serial.upper(): serial for serial in serials}
        covered = {article["serial_number"].upper(): article for article in self.articles or [self._itself()]}
        for folded, serial in wanted.items():
            if folded not in covered:
                raise UnknownSerial(serial=serial, number=self.number, field="serial_numbers")
        return [article for folded, article in covered.items() if folded in wanted]

    def _itself(self) -> dict[str, str]:
        return {
            "designation": self.product_reference,
            "product_reference": self.product_reference,
            "serial_number": self.serial_number,
        }


class Organisation(Base):
    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]


class DeliveryAddress(Base):
    """A deleted address stays as a tombstone, so that a late event cannot bring it back."""

    __tablename__ = "delivery_addresses"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    organisation_name: Mapped[str]
    address: Mapped[dict[str, Any]]
    is_primary: Mapped[bool]
    deleted: Mapped[bool] = mapped_column(server_default=text("false"))

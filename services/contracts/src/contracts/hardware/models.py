"""The exchanges of a contract's products."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Computed, Text
from sqlalchemy.orm import Mapped, mapped_column

from contracts.hardware import following
from contracts.models import Base
from events.exchange_words import Cover, Dispatch
from web.text.codes import SERIAL_SQL

# What incidents tell of an exchange, and each contract that follows it keeps.
TOLD = (
    "exchange_id",
    "incident_number",
    "client_id",
    "line",
    "serial_number",
    "product_reference",
    "replacement_serial_number",
    "replacement_reference",
    "reserved_at",
    "cover",
    "dispatch",
    "replaced_on",
)


class Replacement(Base):
    """Projection of incidents' exchanges (``ExchangeChanged``): one row for each contract of the client that covers the
    unit, whichever of them its incident was declared under. ``cover`` tells whether the replacement has taken the cover
    over, on ``replaced_on``; rows with ``unchanged`` only keep the version. ``reserved_at``: since when this
    replacement is planned; empty for what older releases published.
    """

    __tablename__ = "replacements"

    exchange_id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_number: Mapped[str] = mapped_column(primary_key=True, index=True)
    version: Mapped[int]
    incident_number: Mapped[str]
    # Whose the incident is: a contract may have been given to another client since.
    client_id: Mapped[UUID | None]
    line: Mapped[int]
    serial_number: Mapped[str]
    serial_code: Mapped[str] = mapped_column(
        Computed(SERIAL_SQL.format(column="serial_number"), persisted=True), index=True
    )
    product_reference: Mapped[str]
    replacement_serial_number: Mapped[str | None]
    replacement_code: Mapped[str | None] = mapped_column(
        Computed(SERIAL_SQL.format(column="replacement_serial_number"), persisted=True), index=True
    )
    replacement_reference: Mapped[str | None]
    reserved_at: Mapped[datetime | None]
    cover: Mapped[Cover] = mapped_column(Text)
    dispatch: Mapped[Dispatch] = mapped_column(Text)
    replaced_on: Mapped[date | None]

    @property
    def told(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in TOLD}

    @property
    def shown_replacement(self) -> str | None:
        """Named once it has left: until then another unit may be sent instead."""
        return self.replacement_serial_number if following.is_known(self) else None

    @property
    def shown(self) -> tuple[object, ...] | None:
        """What a contract shows of this exchange; None while the faulty unit still has the cover."""
        if self.cover == "unchanged":
            return None
        reference = self.replacement_reference if self.shown_replacement else None
        return self.cover, self.serial_number, self.shown_replacement, reference, self.replaced_on

    @property
    def found_by(self) -> list[str]:
        """The serial numbers and the reference by which its contract is found."""
        replacement = self.shown_replacement
        parts = (self.serial_number, replacement, self.replacement_reference if replacement else None)
        return [part for part in parts if part and self.cover != "unchanged"]

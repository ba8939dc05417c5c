"""The coverage question: whether a serial number is covered on a day."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from api.contracts import Replaced
from web.schemas import Answer

NotCovered = Literal["unknown_serial", "expired", "not_started", "replaced", "not_delivered", "returned", "credited"]
CoverageReason = Literal[NotCovered, "exchange_in_progress"]


class Coverage(Answer):
    """Whether a serial number is covered on a day, by which contract, and otherwise why not.

    ``reason`` is ``exchange_in_progress`` while the unit is covered and being exchanged. ``not_delivered``: it takes
    another's place once delivered; ``returned``: it did, and the exchange was reversed. ``incident_number`` is that of
    the exchange; ``history`` tells of all units that this one follows or is followed by.
    """

    serial_number: str
    on: date
    covered: bool
    contract_number: str | None = None
    warranty_ends_on: date | None = None
    reason: CoverageReason | None = None
    replaced_by: str | None = None
    incident_number: str | None = None
    history: list[Replaced] = Field(default_factory=list)
    sentence: str

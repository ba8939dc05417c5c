"""Events that the contracts service publishes."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from events.base import Address, Event, Payload
from events.times import Day, Moment

Reminder = Literal["end", "order"]
# ``moved``: the replacement has the cover; ``returned``: it came back to the first unit, or never left it.
CoverStep = Literal["in_progress", "moved", "returned", "credited"]


class Party(Payload):
    """An organisation as the back office named it: seeds an unknown one, never overwrites a known one."""

    organisation_id: UUID
    code: str
    name: str
    email: str = ""
    phone: str = ""
    address: Address | None = None


class Article(Payload):
    designation: str
    product_reference: str
    serial_number: str
    specification_url: str = ""
    picture_url: str = ""


class Extension(Payload):
    sku: str
    label: str
    months: int
    ordered_at: Moment


class CoverMoved(Payload):
    """Where the exchange of a unit has brought the cover; ``replaced_on``: the day on which the replacement took it, or
    on which it ended as the unit was paid back."""

    exchange_id: UUID
    incident_number: str
    serial_number: str
    replacement_serial_number: str | None = None
    step: CoverStep
    replaced_on: Day | None = None


class ContractState(Event):
    """A contract's full state. Cover runs from ``starts_on`` to ``warranty_ends_on``, both included.

    Serial numbers and references of the articles are those of the units that have the cover now;
    ``former_serial_numbers`` had it before they were exchanged; ``credited_serial_numbers`` are articles that were paid
    back, and have it no more.
    """

    aggregate: ClassVar[str] = "number"

    number: str
    product_reference: str
    serial_number: str
    reseller: Party
    client: Party | None
    starts_on: Day
    warranty_ends_on: Day
    service_level: str = ""
    articles: list[Article]
    extensions: list[Extension] = Field(default_factory=list)
    former_serial_numbers: list[str] = Field(default_factory=list)
    credited_serial_numbers: list[str] = Field(default_factory=list)

    @property
    def tenant_id(self) -> UUID:
        return self.reseller.organisation_id


class ContractRegistered(ContractState):
    """The back office registered a contract that was unknown."""

    type: ClassVar[str] = "contracts.contract.registered.v1"


class ContractChanged(ContractState):
    """The back office changed a known contract, or withdrew the extension ``withdrawn_order_id``; or
    the person ``given_by`` gave the contract, which had no client, to one; or an exchange moved the
    cover of a unit: ``cover_moved``."""

    type: ClassVar[str] = "contracts.contract.changed.v1"

    withdrawn_order_id: str | None = None
    given_by: UUID | None = None
    cover_moved: CoverMoved | None = None


class ContractExtended(ContractState):
    """An extension was ordered: the end date has moved."""

    type: ClassVar[str] = "contracts.contract.extended.v1"

    previous_warranty_ends_on: Day


class ContractExpiring(ContractState):
    """The cover ends in ``days_left`` days, negative once over: one of the reminders at 90, 60, 30 and 7 days, which
    ``threshold`` names (0 in events of older releases).

    With ``reminder`` ``order`` it is the warning that an extension may be ordered until ``order_until`` and no longer.
    """

    type: ClassVar[str] = "contracts.contract.expiring.v1"

    days_left: int
    reminder: Reminder = "end"
    threshold: int = 0
    order_until: Day | None = None


EVENTS: tuple[type[Event], ...] = (ContractRegistered, ContractChanged, ContractExtended, ContractExpiring)

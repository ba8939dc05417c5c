"""Requests and answers of the contracts service."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from web.i18n import Invalid
from web.schemas import (
    Answer,
    Code,
    Country,
    Day,
    EmailAddress,
    Line,
    Moment,
    OptionalEmail,
    OptionalLine,
    OptionalPhone,
    Page,
    PostalCode,
    Reference,
    Request,
    Serial,
    WebAddress,
)
from web.text import codes
from web.text.names import OrganisationName

OrderId = Annotated[codes.Cleaned, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
Sku = Annotated[codes.Cleaned, StringConstraints(pattern=r"^[0-9A-Za-z._+-]{1,60}$")]

Clock = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]

# ``credited``: all that it covered was paid back before its end.
State = Literal["active", "expiring", "expired", "upcoming", "credited"]
Validity = Literal["active", "expiring", "expired"]


class AddressPut(Request):
    label: OptionalLine = ""
    street: Line
    complement: OptionalLine = ""
    country: Country = "FR"
    postal_code: PostalCode
    city: Line
    email: OptionalEmail = ""
    phone: OptionalPhone = ""


class ResellerPut(Request):
    code: Code
    name: OrganisationName
    email: EmailAddress
    phone: OptionalPhone = ""


class ClientPut(Request):
    code: Code
    name: OrganisationName
    email: OptionalEmail = ""
    phone: OptionalPhone = ""
    address: AddressPut | None = None


class ArticlePut(Request):
    designation: Line
    product_reference: Reference
    serial_number: Serial
    specification_url: WebAddress = ""
    picture_url: WebAddress = ""


class ContractPut(Request):
    """``warranty_ends_on`` is the end as sold, before any extension."""

    product_reference: Reference
    serial_number: Serial
    reseller: ResellerPut
    client: ClientPut | None = None
    starts_on: Day
    warranty_ends_on: Day
    service_level: OptionalLine = ""
    articles: list[ArticlePut] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def cover_in_order(self) -> Self:
        if self.warranty_ends_on < self.starts_on:
            raise Invalid("La fin de garantie précède le début.", "The end of warranty is before the start.")
        return self

    @model_validator(mode="after")
    def serials_once(self) -> Self:
        serials = [codes.serial(article.serial_number) for article in self.articles]
        if len(set(serials)) < len(serials):
            raise Invalid("Le même numéro de série figure deux fois.", "The same serial number occurs twice.")
        return self


class HolderPut(Request):
    """The client that a contract without one is given to."""

    client_id: UUID


class ExtensionCreate(Request):
    order_id: OrderId
    sku: Sku
    ordered_at: Moment | None = None


class OfferPut(Request):
    """``order_days_after_end``: until how many days after the end of cover it may be ordered; negative: before it."""

    applies_to_product_reference: Reference
    label: Line
    months: int = Field(ge=1, le=120)
    coverage: OptionalLine = ""
    shipping: OptionalLine = ""
    order_cutoff: Clock = ""
    order_days_after_end: int = Field(default=0, ge=-365, le=365)


class ProductPut(Request):
    designation: OptionalLine = ""
    specification_url: WebAddress = ""
    picture_url: WebAddress = ""


class Product(ProductPut):
    reference: str


class Offer(Answer):
    sku: str
    applies_to_product_reference: str
    label: str
    months: int
    coverage: str
    shipping: str
    order_cutoff: str
    order_days_after_end: int = 0


class ShopOffer(Offer):
    """``url`` leads to the offer in SQP's shop; taken now, it would move the end of warranty to ``extends_to``.

    ``order_until`` is the last day on which it may be ordered.
    """

    url: str
    extends_to: date
    order_until: date


class Replaced(Answer):
    """A unit and the one that took its place, and its cover, on ``replaced_on``. ``incident_number``, here and below,
    is None for a client that got the contract since, as the incident is the former client's, and for a client's basic
    people, with whom it may not be shared."""

    serial_number: str
    product_reference: str
    replaced_by: str
    replacement_reference: str
    replaced_on: date
    incident_number: str | None


class Exchanging(Answer):
    """An exchange under way; ``replacement_serial_number`` once that unit has been sent."""

    incident_number: str | None
    replacement_serial_number: str | None


class Credited(Answer):
    """The unit was paid back: its cover ended on that day."""

    incident_number: str | None
    credited_on: date


class Hardware(Answer):
    """The units of a product: as the back office registered it, and those that took its place, oldest first."""

    registered_serial_number: str
    history: list[Replaced] = Field(default_factory=list)
    exchange: Exchanging | None = None
    credited: Credited | None = None


class Article(Answer):
    """``serial_number`` and ``product_reference`` are those of the unit that has the cover now."""

    designation: str
    product_reference: str
    serial_number: str
    specification_url: str
    picture_url: str
    hardware: Hardware | None = None


class Extension(Answer):
    order_id: str
    sku: str
    label: str
    months: int
    ordered_at: datetime


class Party(Answer):
    id: UUID
    code: str
    name: str
    email: str
    phone: str


class ContractRow(Answer):
    """A line of the list: the guide's six columns; ``reseller`` is named to SQP alone."""

    number: str
    product_reference: str
    serial_number: str
    reseller: str | None = None
    client: str | None
    client_id: UUID | None
    warranty_ends_on: date
    extensions: int
    state: State


class Counts(Answer):
    """``active`` is everything in force today, and so includes ``expiring``; what has yet to begin is in none."""

    active: int
    expiring: int
    expired: int


class ContractPage(Page[ContractRow]):
    """``counts`` by validity of everything that the caller may see and that matches ``q``; ``credited`` is among
    ``expired``."""

    counts: Counts


class Cover(Answer):
    """``days_left`` counts from today, the last day included as 0; empty once over."""

    state: State
    ends_on: date
    days_left: int | None
    sentence: str


class Contract(Answer):
    """``serial_number`` is that of the unit that has the cover now; ``hardware`` tells of its own product's units.
    ``followed_by``: the contract under which the cover of all that it covers goes on after its end."""

    number: str
    version: int
    product_reference: str
    serial_number: str
    reseller: Party
    client: Party | None
    starts_on: date
    warranty_ends_on: date
    service_level: str
    registered_at: datetime
    cover: Cover
    articles: list[Article]
    extensions: list[Extension]
    extension_offers: list[ShopOffer]
    hardware: Hardware | None = None
    followed_by: str | None = None


class Registered(Answer):
    """What the back office learns of the contract that it put or extended."""

    number: str
    version: int
    warranty_ends_on: date


class ClientSummary(Answer):
    client_id: UUID
    contracts_in_force: int
    contracts: int


class ClientSummaries(Answer):
    items: list[ClientSummary]

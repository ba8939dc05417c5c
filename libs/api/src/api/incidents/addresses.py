"""Delivery addresses: chosen or new, offered, and as an incident keeps them."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import model_validator

from web.i18n import Invalid
from web.schemas import Answer, Country, EmailAddress, Line, OptionalLine, Phone, PostalCode, Request


class NewAddress(Request):
    """The guide's form: all but label and complement are wanted."""

    label: OptionalLine = ""
    street: Line
    complement: OptionalLine = ""
    country: Country = "FR"
    postal_code: PostalCode
    city: Line
    email: EmailAddress
    phone: Phone


class DeliveryChoice(Request):
    """One of those on offer by its id, or a new one."""

    address_id: UUID | None = None
    address: NewAddress | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        if (self.address_id is None) == (self.address is None):
            raise Invalid(
                "Choisissez une adresse proposée ou saisissez-en une nouvelle.",
                "Choose an address on offer or enter a new one.",
            )
        return self


class Address(Answer):
    label: str
    street: str
    complement: str
    postal_code: str
    city: str
    country: str
    email: str
    phone: str


class OfferedAddress(Answer):
    """``label`` is *Organisation - Intitulé*. ``warning``: why the exchange in advance that the contract promises
    cannot go there; else empty."""

    id: UUID
    organisation_id: UUID
    label: str
    primary: bool
    address: Address
    warning: str = ""


class OfferedAddresses(Answer):
    items: list[OfferedAddress]

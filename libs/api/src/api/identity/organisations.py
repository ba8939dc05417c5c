"""Organisations, clients, addresses and requests to sign up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.identity.common import SignUpState
from events import OrganisationKind
from web.schemas import (
    Answer,
    Code,
    Country,
    EmailAddress,
    Line,
    OptionalEmail,
    OptionalLine,
    OptionalPhone,
    PostalCode,
    Request,
)
from web.text.names import OrganisationName


class OrganisationPatch(Request):
    name: OrganisationName | None = None
    email: EmailAddress | None = None
    phone: OptionalPhone | None = None


class ClientCreate(Request):
    """``reseller_id`` is SQP's to give: a reseller creates its own clients. ``is_another`` says that the client is not
    the one of the same name or address that is known already."""

    name: OrganisationName
    email: OptionalEmail = ""
    phone: OptionalPhone = ""
    reseller_id: UUID | None = None
    is_another: bool = False


class ClientPatch(Request):
    name: OrganisationName | None = None
    email: OptionalEmail | None = None
    phone: OptionalPhone | None = None


class SecondFactorRule(Request):
    required: bool


class Access(Request):
    open: bool


class ResellerPut(Request):
    name: OrganisationName
    email: OptionalEmail = ""
    phone: OptionalPhone = ""


class ClientPut(ResellerPut):
    reseller_code: Code


class Organisation(Answer):
    """While ``portal_access`` is false, people of the organisation cannot log in. ``second_factor_required``: who has
    no second factor adds one at the next log-in."""

    id: UUID
    kind: OrganisationKind
    code: str
    name: str
    email: str
    phone: str
    reseller_id: UUID | None
    portal_access: bool
    second_factor_required: bool = False
    version: int


class Client(Organisation):
    """With the name of the reseller that it belongs to."""

    reseller_name: str


class AddressFields(Request):
    label: Line
    street: Line
    complement: OptionalLine = ""
    country: Country = "FR"
    postal_code: PostalCode
    city: Line
    email: OptionalEmail = ""
    phone: OptionalPhone = ""
    primary: bool = False


class AddressCreate(AddressFields):
    """``organisation_id`` names a client of the caller's, and for SQP any reseller or client; the caller's own
    organisation without it."""

    organisation_id: UUID | None = None


class AddressPatch(Request):
    """``primary`` true takes the place of the present one; false changes nothing."""

    label: Line | None = None
    street: Line | None = None
    complement: OptionalLine | None = None
    country: Country | None = None
    postal_code: PostalCode | None = None
    city: Line | None = None
    email: OptionalEmail | None = None
    phone: OptionalPhone | None = None
    primary: bool | None = None


class Address(Answer):
    id: UUID
    organisation_id: UUID
    label: str
    street: str
    complement: str
    postal_code: str
    city: str
    country: str
    email: str
    phone: str
    primary: bool
    version: int


class SignUpRequest(Answer):
    id: UUID
    client_id: UUID
    client_name: str
    contract_number: str
    email: str
    first_name: str
    last_name: str
    state: SignUpState
    version: int
    created_at: datetime
    decided_at: datetime | None


class Decided(Answer):
    id: UUID
    state: SignUpState
    version: int

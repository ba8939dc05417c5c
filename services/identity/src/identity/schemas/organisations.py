"""Organisations, clients, addresses and requests to sign up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.schemas import Answer, Country, EmailAddress, Line, OptionalEmail, OptionalLine, Phone, Request
from events import OrganisationKind, Role
from events.identity import UserStatus
from identity.models.base import SignUpState
from identity.schemas.common import Code


class OrganisationPatch(Request):
    name: Line | None = None
    email: EmailAddress | None = None
    phone: Phone | None = None


class ClientCreate(Request):
    """``reseller_id`` is SQP's to give: a reseller creates its own clients."""

    name: Line
    email: OptionalEmail = ""
    phone: Phone = ""
    reseller_id: UUID | None = None


class ClientPatch(Request):
    name: Line | None = None
    email: OptionalEmail | None = None
    phone: Phone | None = None


class Access(Request):
    open: bool


class ResellerPut(Request):
    name: Line
    email: OptionalEmail = ""
    phone: Phone = ""


class ClientPut(ResellerPut):
    reseller_code: Code


class Organisation(Answer):
    """``portal_access`` closed: nobody of it logs in."""

    id: UUID
    kind: OrganisationKind
    code: str
    name: str
    email: str
    phone: str
    reseller_id: UUID | None
    portal_access: bool
    version: int


class Client(Organisation):
    """With the name of the reseller that it belongs to."""

    reseller_name: str


class ClientUser(Answer):
    """Somebody of a client, as its reseller sees them."""

    id: UUID
    login: str
    first_name: str
    last_name: str
    email: str
    phone: str
    role: Role
    status: UserStatus


class AddressFields(Request):
    label: Line
    street: Line
    complement: OptionalLine = ""
    postal_code: Line
    city: Line
    country: Country = "FR"
    email: OptionalEmail = ""
    phone: Phone = ""
    primary: bool = False


class AddressCreate(AddressFields):
    """``organisation_id`` names a client of the caller's; the caller's own organisation without it."""

    organisation_id: UUID | None = None


class AddressPatch(Request):
    """``primary`` true takes the place of the present one; false changes nothing."""

    label: Line | None = None
    street: Line | None = None
    complement: OptionalLine | None = None
    postal_code: Line | None = None
    city: Line | None = None
    country: Country | None = None
    email: OptionalEmail | None = None
    phone: Phone | None = None
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

"""What the portal asks of the identity service about people, organisations and addresses."""

from __future__ import annotations

from uuid import UUID

from api.identity.invitations import Invitation, Invite, LookedAfter, SendAgain
from api.identity.organisations import (
    Access,
    Address,
    AddressCreate,
    AddressPatch,
    Client,
    ClientCreate,
    ClientPatch,
    Organisation,
    OrganisationPatch,
    SignUpRequest,
)
from api.identity.people import Me, MePatch, PasswordChange, User, UserCreate, UserPatch
from api.identity.sign_in import OpenSession, OpenSessions
from portal.api_client import Parameter, Reply
from portal.page_request import PageRequest
from portal.services.resource import Resource
from web.schemas import Page

# The rows of one answer, where a page shows them all.
MOST = 200


def me(page: PageRequest) -> Resource[Me, MePatch]:
    return Resource(page, "/me", Me, MePatch)


async def send_email_link_again(page: PageRequest, key: str) -> None:
    await page.change("POST", "/me/pending-email/link", key=key)


async def cancel_email_change(page: PageRequest) -> None:
    await page.change("DELETE", "/me/pending-email")


async def change_password(page: PageRequest, change: PasswordChange) -> None:
    await page.change("POST", "/me/password", change)


async def sessions(page: PageRequest) -> list[OpenSession]:
    return (await page.get(OpenSessions, "/sessions")).items


async def end_session(page: PageRequest, identifier: UUID) -> None:
    await page.change("DELETE", f"/sessions/{identifier}")


async def end_other_sessions(page: PageRequest) -> None:
    await page.change("DELETE", "/sessions")


def organisation(page: PageRequest) -> Resource[Organisation, OrganisationPatch]:
    """One's own."""
    return Resource(page, "/organisation", Organisation, OrganisationPatch)


async def users(page: PageRequest, **parameters: Parameter) -> Page[User]:
    return await page.get(Page[User], "/users", **parameters)


def user(page: PageRequest, identifier: UUID) -> Resource[User, UserPatch]:
    return Resource(page, f"/users/{identifier}", User, UserPatch)


async def create_user(page: PageRequest, wanted: UserCreate, key: str) -> Reply[User]:
    """201 for a new invitation, 200 for one that was sent again."""
    return await page.send(User, "POST", "/users", wanted, key=key)


async def invite_user_again(page: PageRequest, identifier: UUID, key: str) -> None:
    await page.change("POST", f"/users/{identifier}/invitation", key=key)


async def addresses(page: PageRequest, **parameters: Parameter) -> Page[Address]:
    """One's own, or with ``organisation_id`` a client's."""
    return await page.get(Page[Address], "/addresses", **parameters)


def address(page: PageRequest, identifier: UUID) -> Resource[Address, AddressPatch]:
    return Resource(page, f"/addresses/{identifier}", Address, AddressPatch)


async def create_address(page: PageRequest, wanted: AddressCreate, key: str) -> None:
    await page.change("POST", "/addresses", wanted, key=key)


async def delete_address(page: PageRequest, identifier: UUID) -> None:
    await page.change("DELETE", f"/addresses/{identifier}")


async def clients(page: PageRequest, **parameters: Parameter) -> Page[Client]:
    return await page.get(Page[Client], "/clients", **parameters)


def client(page: PageRequest, identifier: UUID) -> Resource[Client, ClientPatch]:
    return Resource(page, f"/clients/{identifier}", Client, ClientPatch)


async def create_client(page: PageRequest, wanted: ClientCreate, key: str) -> Organisation:
    return (await page.send(Organisation, "POST", "/clients", wanted, key=key)).body


async def set_access(page: PageRequest, identifier: UUID, access: Access, etag: str) -> None:
    await page.change("POST", f"/clients/{identifier}/access", access, etag=etag)


async def sign_up_requests(page: PageRequest) -> Page[SignUpRequest]:
    """Those to decide."""
    return await page.get(Page[SignUpRequest], "/sign-up-requests", state="pending", limit=MOST)


async def decide(page: PageRequest, identifier: UUID, *, is_approved: bool, etag: str) -> None:
    """Of a request to sign up."""
    await page.change("POST", f"/sign-up-requests/{identifier}/{'approve' if is_approved else 'refuse'}", etag=etag)


async def resellers(page: PageRequest, **parameters: Parameter) -> Page[Organisation]:
    return await page.get(Page[Organisation], "/resellers", **parameters)


async def reseller(page: PageRequest, identifier: UUID) -> Organisation:
    return await page.get(Organisation, f"/resellers/{identifier}")


async def people(page: PageRequest, kind: str, identifier: UUID) -> Page[LookedAfter]:
    """Of a client or a reseller; ``kind`` is ``clients`` or ``resellers``."""
    return await page.get(Page[LookedAfter], f"/{kind}/{identifier}/users", limit=MOST)


async def invite(page: PageRequest, kind: str, identifier: UUID, invited: Invite, key: str) -> None:
    await page.change("POST", f"/{kind}/{identifier}/invitation", invited, key=key)


async def invitations(page: PageRequest, **parameters: Parameter) -> Page[Invitation]:
    return await page.get(Page[Invitation], "/invitations", **parameters)


async def invitation(page: PageRequest, identifier: UUID) -> Invitation:
    return await page.get(Invitation, f"/invitations/{identifier}")


async def send_invitation_again(page: PageRequest, identifier: UUID, sent: SendAgain, key: str) -> None:
    await page.change("POST", f"/invitations/{identifier}/again", sent, key=key)

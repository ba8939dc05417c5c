"""An end client signs up with a contract number and a serial on it. Nothing here is seen by who asked."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from identity import event_mapper, repository
from identity.errors import RequestNotFound
from identity.links import Links
from identity.models import KnownContract, Organisation, SignUpRequest, User
from identity.service import accounts, invitations
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition
from web.i18n import Language


async def sign_up(
    session: AsyncSession,
    *,
    contract_number: str,
    serial_number: str,
    email: str,
    first_name: str,
    last_name: str,
    language: Language,
    by_links: Links,
) -> None:
    """A known person is helped again; the first link goes to the address on file alone; another address becomes a
    request to the reseller."""
    contract = await repository.contract(session, contract_number)
    if contract is None or contract.client_id is None or not contract.has(serial_number):
        return
    client = await repository.lock_organisation(session, contract.client_id)
    if client is None or not client.portal_access:
        return
    person = {"email": email, "first_name": first_name, "last_name": last_name, "language": language}
    known = await repository.person_at(session, client.id, email)
    if known is not None:
        await _known_again(session, known, client, by_links)
    elif accounts.same_mailbox(client.email, email) and not await repository.has_users(session, client.id):
        first = {**person, "email": client.email, "role": "administrator"}
        await invitations.admit(session, client, first, "client_sign_up", by_links)
    else:
        await _ask_reseller(session, contract, client, email, first_name, last_name)


async def decide(
    session: AsyncSession,
    identifier: UUID,
    state: Literal["approved", "refused"],
    principal: Principal,
    precondition: Precondition,
    by_links: Links,
) -> SignUpRequest:
    """Approval sends the link to the address that was asked for. Raises RequestNotFound, RequestAlreadyDecided,
    PortalClosed, AccountDisabled."""
    request = await repository.lock_request(session, identifier, principal)
    if request is None:
        raise RequestNotFound
    precondition.check(request.version)
    client = await repository.lock_organisation(session, request.client_id)
    assert client is not None
    request.decide(state, by=principal.user_id, at=clock.now())
    if state == "approved":
        await _admit(session, request, client, by_links, principal)
    of, about = request.reseller_id, request.email
    audit.record(session, f"sign_up.{state}", organisation_id=of, subject=request.id, by=principal, about=about)
    return request


async def _admit(
    session: AsyncSession, request: SignUpRequest, client: Organisation, by_links: Links, principal: Principal
) -> None:
    """The first is the client's administrator; once it has one, later people read."""
    known = await repository.person_at(session, client.id, request.email)
    if known is not None and known.status == "active":
        await _known_again(session, known, client, by_links)
        return
    person = {"email": request.email, "first_name": request.first_name, "last_name": request.last_name}
    if known is None:
        person["role"] = await invitations.role_of_next(session, client)
    await invitations.admit(session, client, person, "client_sign_up", by_links, by=principal)


async def _known_again(session: AsyncSession, known: User, client: Organisation, by_links: Links) -> None:
    """An invited person gets the link again. An active one gets an e-mail that says so, with the log-in and a link to
    choose another password. A disabled one gets nothing."""
    if known.status == "invited":
        await accounts.remind(session, known, client, by_links, "sign_up")
    elif known.status == "active" and await by_links.reset(session, known, client, because="account_exists"):
        audit.record(session, "sign_up.known", organisation_id=client.id, subject=known.id, about=known.full_name)


async def _ask_reseller(
    session: AsyncSession, contract: KnownContract, client: Organisation, email: str, first_name: str, last_name: str
) -> None:
    assert client.reseller_id is not None
    request = SignUpRequest(
        id=uuid4(),
        client_id=client.id,
        reseller_id=client.reseller_id,
        contract_number=contract.number,
        email=email,
        first_name=first_name,
        last_name=last_name,
    )
    if not await repository.add_request(session, request):
        return
    outbox.add(session, event_mapper.sign_up_requested(request, client))
    audit.record(
        session,
        "sign_up.request",
        organisation_id=client.reseller_id,
        subject=request.id,
        about=request.email,
        client=str(client.id),
    )

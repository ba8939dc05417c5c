"""An end client signs up with a contract number and a serial on it. Nothing here is seen by who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.principal import Principal
from chassis.http.preconditions import Precondition
from chassis.i18n import Language
from identity import audit, repository, telling
from identity.errors import PortalClosed, RequestNotFound
from identity.links import Links
from identity.models import KnownContract, Organisation, SignUpRequest, User
from identity.service import accounts


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
    """The link goes to the address on file alone; another address becomes a request to the reseller."""
    contract = await repository.contract(session, contract_number)
    if contract is None or contract.client_id is None or serial_number.upper() not in contract.serials:
        return
    client = await repository.lock_organisation(session, contract.client_id)
    if client is None or not client.portal_access:
        return
    if not _same_mailbox(client.email, email):
        await _ask_reseller(session, contract, client, email, first_name, last_name)
        return
    users = await repository.users_of(session, client.id)
    if users:
        await _send_again(session, users, client, by_links)
        return
    fresh = accounts.invited(
        client,
        login="",
        email=client.email,
        role="administrator",
        first_name=first_name,
        last_name=last_name,
        language=language,
    )
    fresh = await accounts.add_with_derived_login(session, fresh, client.code)
    await accounts.welcome(session, fresh, client, "client_sign_up", by_links)


async def decide(
    session: AsyncSession,
    identifier: UUID,
    state: Literal["approved", "refused"],
    actor: Principal,
    precondition: Precondition,
    by_links: Links,
) -> SignUpRequest:
    """Approval sends the link to the address that was asked for. Raises RequestNotFound, RequestAlreadyDecided,
    PortalClosed."""
    request = await repository.lock_request(session, identifier, actor)
    if request is None:
        raise RequestNotFound
    precondition.check(request.version)
    client = await repository.lock_organisation(session, request.client_id)
    assert client is not None
    request.decide(state, by=actor.user_id, at=clock.now())
    if state == "approved":
        await _admit(session, request, client, by_links, actor)
    audit.record(session, f"sign_up.{state}", organisation_id=request.reseller_id, subject=request.id, by=actor)
    return request


async def _admit(
    session: AsyncSession, request: SignUpRequest, client: Organisation, by_links: Links, actor: Principal
) -> None:
    """Who comes first is the client's administrator; once it has one, later people read."""
    if not client.portal_access:
        raise PortalClosed
    users = await repository.users_of(session, client.id)
    user = accounts.invited(
        client,
        login="",
        email=request.email,
        role="basic" if any(user.is_active_administrator for user in users) else "administrator",
        first_name=request.first_name,
        last_name=request.last_name,
    )
    user = await accounts.add_with_derived_login(session, user, client.code)
    await accounts.welcome(session, user, client, "client_sign_up", by_links, by=actor.user_id)


async def _send_again(session: AsyncSession, users: Sequence[User], client: Organisation, by_links: Links) -> None:
    """Another link for who has yet to follow one; whoever comes after is invited by the administrator."""
    for user in users:
        if user.status == "invited" and _same_mailbox(client.email, user.email):
            await by_links.invite(session, user, client, "client_sign_up")
            audit.record(session, "sign_up.repeat", organisation_id=client.id, subject=user.id)
            return


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
    telling.sign_up_request(session, request, client)
    audit.record(
        session, "sign_up.request", organisation_id=client.reseller_id, subject=request.id, client=str(client.id)
    )


def _same_mailbox(on_file: str, given: str) -> bool:
    return bool(on_file) and on_file.strip().lower() == given.strip().lower()

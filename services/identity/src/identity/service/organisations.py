"""Organisations: one's own, a reseller's clients, what the back office says of them."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import events
from chassis import audit
from chassis.messaging import outbox
from events import OrganisationKind
from identity import event_mapper, repository
from identity.errors import ClientKnown, ClientOfAnotherReseller, OrganisationNotFound, UnknownReseller
from identity.links import Links
from identity.models import Organisation, User, found_by
from identity.service import invitations, sessions
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition

# No letter or digit that is mistaken for another when read aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


async def change_own(
    session: AsyncSession, wanted: dict[str, Any], principal: Principal, precondition: Precondition
) -> Organisation:
    assert principal.organisation_id is not None
    of = await repository.lock_organisation(session, principal.organisation_id)
    if of is None:
        raise OrganisationNotFound
    precondition.check(of.version)
    await _change(session, of, wanted, principal)
    return of


async def change_client(
    session: AsyncSession,
    identifier: UUID,
    wanted: dict[str, Any],
    principal: Principal,
    precondition: Precondition,
    by_links: Links,
) -> Organisation:
    """An invitation that waits at an address that is corrected here follows it."""
    client = await _client(session, identifier, principal)
    precondition.check(client.version)
    before = client.email
    await _change(session, client, wanted, principal)
    await invitations.follow_address(session, client, before, by_links, principal)
    return client


async def create_client(
    session: AsyncSession, wanted: dict[str, Any], reseller_id: UUID, principal: Principal
) -> Organisation:
    """A client of ``reseller_id`` with a code of ours. Raises OrganisationNotFound when there is no such reseller,
    ClientKnown when it has one alike and the caller did not say that this is another."""
    reseller = await repository.lock_organisation(session, reseller_id)
    if reseller is None or reseller.kind != "reseller":
        raise OrganisationNotFound
    if not wanted.pop("is_another"):
        await _refuse_known(session, reseller, wanted)
    code = "N-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
    client = _made(events.organisation_id("client", code), "client", code, wanted, reseller.id)
    session.add(client)
    await session.flush()
    outbox.add(session, event_mapper.organisation_changed(client))
    audit.record(
        session,
        "client.create",
        organisation_id=reseller.id,
        subject=client.id,
        by=principal,
        about=client.name,
        code=code,
    )
    return client


async def _refuse_known(session: AsyncSession, reseller: Organisation, wanted: dict[str, Any]) -> None:
    alike = await repository.clients_alike(session, reseller.id, wanted["name"], wanted["email"])
    if alike:
        clients = [{"id": str(one.id), "code": one.code, "name": one.name, "email": one.email} for one in alike]
        raise ClientKnown(clients=clients)


async def set_access(
    session: AsyncSession, identifier: UUID, *, is_open: bool, principal: Principal, precondition: Precondition
) -> Organisation:
    """Opens or closes the portal to a client. Closing ends its people's sessions and refuses their log-ins."""
    client = await _client(session, identifier, principal)
    precondition.check(client.version)
    if not client.set_access(is_open=is_open):
        return client
    if not is_open:
        of_client = User.organisation_id == client.id
        await sessions.revoke(session, "portal_closed", clock.now(), of=of_client)
    outbox.add(session, event_mapper.organisation_changed(client))
    action = "client.open" if is_open else "client.close"
    audit.record(
        session, action, organisation_id=client.reseller_id, subject=client.id, by=principal, about=client.name
    )
    return client


async def put(
    session: AsyncSession,
    kind: OrganisationKind,
    code: str,
    wanted: dict[str, Any],
    principal: Principal,
    by_links: Links,
    reseller_code: str | None = None,
) -> tuple[Organisation, bool]:
    """The back office's word: creates or replaces; an invitation that waits at an address that is corrected here
    follows it. Raises UnknownReseller, ClientOfAnotherReseller."""
    reseller_id = await _reseller_of(session, reseller_code) if reseller_code else None
    made = _made(await repository.organisation_id(session, kind, code), kind, code, wanted, reseller_id)
    if await repository.add_if_unknown(session, made):
        added = await repository.organisation(session, made.id)
        assert added is not None
        outbox.add(session, event_mapper.organisation_changed(added))
        audit.record(
            session, "organisation.create", organisation_id=added.id, subject=added.id, by=principal, about=added.name
        )
        return added, True
    known = await repository.lock_organisation(session, made.id)
    assert known is not None
    if known.reseller_id != reseller_id:
        raise ClientOfAnotherReseller(client=code)
    before = known.email
    await _change(session, known, wanted, principal)
    await invitations.follow_address(session, known, before, by_links)
    if kind == "reseller" and await repository.has_contracts(session, known.id):
        await invitations.first_account(session, known, known.email, by_links)
    return known, False


async def _reseller_of(session: AsyncSession, code: str) -> UUID:
    identifier = await repository.organisation_id(session, "reseller", code)
    if await repository.organisation(session, identifier) is None:
        raise UnknownReseller(reseller=code)
    return identifier


async def _client(session: AsyncSession, identifier: UUID, principal: Principal) -> Organisation:
    client = await repository.lock_client(session, identifier, principal)
    if client is None:
        raise OrganisationNotFound
    return client


async def _change(session: AsyncSession, of: Organisation, wanted: dict[str, Any], principal: Principal) -> None:
    changed = of.change(**wanted)
    if not changed:
        return
    outbox.add(session, event_mapper.organisation_changed(of))
    audit.record(
        session,
        "organisation.change",
        organisation_id=of.id,
        subject=of.id,
        by=principal,
        about=of.name,
        fields=changed,
    )
    if "name" in changed:
        await _tell_addresses(session, of)


async def _tell_addresses(session: AsyncSession, of: Organisation) -> None:
    """They are offered as *Organisation - Intitulé*: a new name is news of each."""
    for address in await repository.addresses_of(session, of.id):
        address.version += 1
        outbox.add(session, event_mapper.address_changed(address, of))


def _made(
    identifier: UUID, kind: OrganisationKind, code: str, wanted: dict[str, Any], reseller_id: UUID | None
) -> Organisation:
    fields = {name: wanted[name] for name in ("name", "email", "phone")}
    return Organisation(
        id=identifier,
        kind=kind,
        code=code,
        reseller_id=reseller_id,
        portal_access=True,
        version=1,
        search_text=found_by(fields["name"], code, fields["email"], fields["phone"]),
        **fields,
    )

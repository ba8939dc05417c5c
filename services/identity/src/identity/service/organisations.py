"""Organisations: one's own, a reseller's clients, what the back office says of them."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.principal import Principal
from chassis.http.preconditions import Precondition
from chassis.searching import searchable
from events import OrganisationKind, organisation_id
from identity import audit, repository, telling
from identity.errors import ClientOfAnotherReseller, OrganisationNotFound, UnknownReseller
from identity.models import Organisation, User

# No letter or digit that is mistaken for another when read aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


async def change_own(
    session: AsyncSession, wanted: dict[str, Any], actor: Principal, precondition: Precondition
) -> Organisation:
    assert actor.organisation_id is not None
    of = await repository.lock_organisation(session, actor.organisation_id)
    if of is None:
        raise OrganisationNotFound
    precondition.check(of.version)
    await _change(session, of, wanted, actor)
    return of


async def change_client(
    session: AsyncSession, identifier: UUID, wanted: dict[str, Any], actor: Principal, precondition: Precondition
) -> Organisation:
    client = await _client(session, identifier, actor)
    precondition.check(client.version)
    await _change(session, client, wanted, actor)
    return client


async def create_client(
    session: AsyncSession, wanted: dict[str, Any], reseller_id: UUID, actor: Principal
) -> Organisation:
    """A client of ``reseller_id`` with a code of ours. Raises OrganisationNotFound when there is no such reseller."""
    reseller = await repository.organisation(session, reseller_id)
    if reseller is None or reseller.kind != "reseller":
        raise OrganisationNotFound
    code = "N-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
    client = _made("client", code, wanted, reseller.id)
    session.add(client)
    await session.flush()
    telling.organisation(session, client)
    audit.record(session, "client.create", organisation_id=reseller.id, subject=client.id, by=actor, code=code)
    return client


async def set_access(
    session: AsyncSession, identifier: UUID, *, is_open: bool, actor: Principal, precondition: Precondition
) -> Organisation:
    """Closing ends the sessions of the client's people and lets nobody in."""
    client = await _client(session, identifier, actor)
    precondition.check(client.version)
    if not client.set_access(is_open=is_open):
        return client
    if not is_open:
        of_client = User.organisation_id == client.id
        await repository.revoke_sessions(session, "portal_closed", clock.now(), of=of_client)
    telling.organisation(session, client)
    action = "client.open" if is_open else "client.close"
    audit.record(session, action, organisation_id=client.reseller_id, subject=client.id, by=actor)
    return client


async def put(
    session: AsyncSession,
    kind: OrganisationKind,
    code: str,
    wanted: dict[str, Any],
    actor: Principal,
    reseller_code: str | None = None,
) -> tuple[Organisation, bool]:
    """The back office's word: creates or replaces. Raises UnknownReseller, ClientOfAnotherReseller."""
    reseller_id = await _reseller_of(session, reseller_code) if reseller_code else None
    made = _made(kind, code, wanted, reseller_id)
    if await repository.add_if_unknown(session, made):
        added = await repository.organisation(session, made.id)
        assert added is not None
        telling.organisation(session, added)
        audit.record(session, "organisation.create", organisation_id=added.id, subject=added.id, by=actor)
        return added, True
    known = await repository.lock_organisation(session, made.id)
    assert known is not None
    if known.reseller_id != reseller_id:
        raise ClientOfAnotherReseller(client=code)
    await _change(session, known, wanted, actor)
    return known, False


async def _reseller_of(session: AsyncSession, code: str) -> UUID:
    identifier = organisation_id("reseller", code)
    if await repository.organisation(session, identifier) is None:
        raise UnknownReseller(reseller=code)
    return identifier


async def _client(session: AsyncSession, identifier: UUID, actor: Principal) -> Organisation:
    client = await repository.lock_client(session, identifier, actor)
    if client is None:
        raise OrganisationNotFound
    return client


async def _change(session: AsyncSession, of: Organisation, wanted: dict[str, Any], actor: Principal) -> None:
    changed = of.change(**wanted)
    if not changed:
        return
    telling.organisation(session, of)
    audit.record(session, "organisation.change", organisation_id=of.id, subject=of.id, by=actor, fields=changed)
    if "name" in changed:
        await _tell_addresses(session, of)


async def _tell_addresses(session: AsyncSession, of: Organisation) -> None:
    """They are offered as *Organisation - Intitulé*: a new name is news of each."""
    for address in await repository.addresses_of(session, of.id):
        address.version += 1
        telling.address(session, address, of)


def _made(kind: OrganisationKind, code: str, wanted: dict[str, Any], reseller_id: UUID | None) -> Organisation:
    fields = {name: wanted[name] for name in ("name", "email", "phone")}
    return Organisation(
        id=organisation_id(kind, code),
        kind=kind,
        code=code,
        reseller_id=reseller_id,
        portal_access=True,
        version=1,
        search_text=searchable((fields["name"], code, fields["email"], fields["phone"])),
        **fields,
    )

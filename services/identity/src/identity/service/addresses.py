"""Delivery addresses of an organisation, one of them primary."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from identity import event_mapper, repository
from identity.errors import AddressNotFound, OrganisationNotFound
from identity.models import Address, Organisation
from web.auth.principal import Principal
from web.errors import MalformedInput
from web.http.preconditions import Precondition
from web.i18n import Invalid
from web.text import countries


async def create(
    session: AsyncSession, wanted: dict[str, Any], organisation_id: UUID | None, principal: Principal
) -> Address:
    """For the caller's organisation, or for one that it looks after. The first is primary whatever was asked."""
    of = await _organisation(session, organisation_id, principal)
    others = await repository.addresses_of(session, of.id)
    primary = wanted.pop("primary") or not others
    if primary:
        await _demote(session, others, of)
    address = Address(organisation_id=of.id, primary=primary, **wanted)
    address.refresh_search_columns()
    session.add(address)
    await session.flush()
    outbox.add(session, event_mapper.address_changed(address, of))
    audit.record(
        session, "address.create", organisation_id=of.id, subject=address.id, by=principal, about=address.label
    )
    return address


async def change(
    session: AsyncSession, identifier: UUID, wanted: dict[str, Any], principal: Principal, precondition: Precondition
) -> Address:
    """Making one primary makes the other one not so; the primary one stays until another takes over."""
    of, address = await _for_change(session, identifier, principal)
    precondition.check(address.version)
    becomes_primary = wanted.pop("primary", None) is True and not address.primary
    changed = [key for key, value in wanted.items() if value is not None and value != getattr(address, key)]
    if not changed and not becomes_primary:
        return address
    if becomes_primary:
        await _demote(session, await repository.addresses_of(session, of.id), of)
        address.primary = True
    for key in changed:
        setattr(address, key, wanted[key])
    if {"country", "postal_code"} & set(changed):
        address.postal_code = _postal_code(address)
    address.refresh_search_columns()
    address.version += 1
    outbox.add(session, event_mapper.address_changed(address, of))
    audit.record(
        session,
        "address.change",
        organisation_id=of.id,
        subject=address.id,
        by=principal,
        about=address.label,
        fields=changed,
    )
    return address


def _postal_code(address: Address) -> str:
    """Judged with the country that stays, as a change may name one of the two alone."""
    try:
        return countries.postal_code(address.postal_code, address.country)
    except Invalid as error:
        refused = {"field": "postal_code", "message": error.message, "type": "value_error"}
        raise MalformedInput(errors=[refused]) from None


async def delete(session: AsyncSession, identifier: UUID, principal: Principal) -> None:
    """Leaves a tombstone for the read models; the oldest of the others becomes primary in its place."""
    of, address = await _for_change(session, identifier, principal)
    address.version += 1
    outbox.add(session, event_mapper.address_changed(address, of, deleted=True))
    audit.record(
        session, "address.delete", organisation_id=of.id, subject=address.id, by=principal, about=address.label
    )
    was_primary = address.primary
    await session.delete(address)
    await session.flush()
    others = await repository.addresses_of(session, of.id)
    if was_primary and others:
        heir = others[0]
        heir.primary = True
        heir.version += 1
        outbox.add(session, event_mapper.address_changed(heir, of))


async def _for_change(session: AsyncSession, identifier: UUID, principal: Principal) -> tuple[Organisation, Address]:
    """The organisation is locked before the address, as everywhere, so that no two changes wait for each other."""
    organisation_id = await repository.organisation_of_address(session, identifier, principal)
    of = await repository.lock_organisation(session, organisation_id) if organisation_id else None
    address = await repository.lock_address(session, identifier, principal)
    if of is None or address is None:
        raise AddressNotFound
    return of, address


async def _organisation(session: AsyncSession, identifier: UUID | None, principal: Principal) -> Organisation:
    assert principal.organisation_id is not None
    if identifier is None or identifier == principal.organisation_id:
        of = await repository.lock_organisation(session, principal.organisation_id)
    else:
        of = await repository.lock_looked_after(session, identifier, principal)
    if of is None:
        raise OrganisationNotFound
    return of


async def _demote(session: AsyncSession, others: Any, of: Organisation) -> None:
    for other in others:
        if other.primary:
            other.primary = False
            other.version += 1
            outbox.add(session, event_mapper.address_changed(other, of))
    await session.flush()

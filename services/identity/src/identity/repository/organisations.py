"""The SQL of organisations and their delivery addresses."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

import events
from events import OrganisationKind
from identity.access import clients_of, looked_after_by, manageable
from identity.models import Address, KnownContract, Organisation
from web.auth.principal import Principal
from web.text.folding import fold


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    return await session.get(Organisation, identifier)


async def organisation_id(session: AsyncSession, kind: OrganisationKind, code: str) -> UUID:
    """The id that goes with the code, which an organisation from before case stopped counting has of its own."""
    query = select(Organisation.id).where(Organisation.kind == kind, func.upper(Organisation.code) == code)
    known = await session.scalar(query.order_by((Organisation.code == code).desc()).limit(1))
    return known or events.organisation_id(kind, code)


async def lock_organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    """The organisation, locked: who changes its users, addresses or access comes one at a time."""
    query = select(Organisation).where(Organisation.id == identifier).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def lock_client(session: AsyncSession, identifier: UUID, principal: Principal) -> Organisation | None:
    query = (
        select(Organisation).where(Organisation.id == identifier, clients_of(principal)).with_for_update(key_share=True)
    )
    return await session.scalar(query, execution_options={"populate_existing": True})


async def lock_looked_after(session: AsyncSession, identifier: UUID, principal: Principal) -> Organisation | None:
    """An organisation whose people the caller may invite: for SQP any reseller or client, for a reseller a client of
    its own. Locked."""
    query = select(Organisation).where(Organisation.id == identifier, looked_after_by(principal))
    query = query.with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def has_contracts(session: AsyncSession, reseller_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(KnownContract.reseller_id == reseller_id))))


async def clients_alike(session: AsyncSession, reseller_id: UUID, name: str, email: str) -> list[Organisation]:
    """The reseller's clients of that name, as it is searched for, or of that e-mail address."""
    folded = fold(name)
    same_email = and_(Organisation.email != "", func.lower(Organisation.email) == email.lower())
    alike = or_(Organisation.name_key == folded, same_email)
    query = select(Organisation).where(Organisation.reseller_id == reseller_id, alike)
    return list(await session.scalars(query.order_by(Organisation.name, Organisation.id).limit(5)))


async def add_if_unknown(session: AsyncSession, organisation: Organisation) -> bool:
    """Adds the organisation unless its id is taken, waiting for a concurrent adder; whether it was added."""
    columns = ("id", "kind", "code", "name", "email", "phone", "reseller_id", "search_text")
    values = {column: getattr(organisation, column) for column in columns}
    statement = insert(Organisation).values(**values).on_conflict_do_nothing().returning(Organisation.id)
    return await session.scalar(statement) is not None


async def lock_address(session: AsyncSession, identifier: UUID, principal: Principal) -> Address | None:
    """An address of the caller's organisation, or of a client of the caller's when it is a reseller."""
    query = select(Address).where(Address.id == identifier, manageable(Address.organisation_id.expression, principal))
    return await session.scalar(query.with_for_update(key_share=True), execution_options={"populate_existing": True})


async def addresses_of(session: AsyncSession, organisation_id: UUID) -> Sequence[Address]:
    query = select(Address).where(Address.organisation_id == organisation_id)
    return (await session.scalars(query.order_by(Address.created_at, Address.id).with_for_update(key_share=True))).all()


async def organisation_of_address(session: AsyncSession, identifier: UUID, principal: Principal) -> UUID | None:
    query = select(Address.organisation_id)
    return await session.scalar(
        query.where(Address.id == identifier, manageable(Address.organisation_id.expression, principal))
    )

"""The SQL of contracts: loading for a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from contracts.models import Contract, Extension, ExtensionOffer, Organisation
from events.identity import OrganisationChanged

WHOLE = (selectinload(Contract.articles), selectinload(Contract.extensions))


async def find_for_change(session: AsyncSession, number: str) -> Contract | None:
    """The contract with all its parts, its row locked."""
    query = select(Contract).where(Contract.number == number).options(*WHOLE).with_for_update()
    return await session.scalar(query)


async def held_by(session: AsyncSession, client_id: UUID) -> Sequence[Contract]:
    query = select(Contract).where(Contract.client_id == client_id).options(*WHOLE)
    return (await session.scalars(query.order_by(Contract.number).with_for_update())).all()


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    return await session.get(Organisation, identifier)


async def seed(session: AsyncSession, organisation: Organisation) -> None:
    """Adds the organisation unless it is known; refreshes a seed, never what identity has told."""
    values = {
        column: getattr(organisation, column)
        for column in ("id", "kind", "code", "name", "email", "phone", "reseller_id")
    }
    statement = insert(Organisation).values(**values)
    refresh = {column: statement.excluded[column] for column in ("name", "email", "phone")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=refresh, where=Organisation.version == 0)
    )


async def learn(session: AsyncSession, event: OrganisationChanged) -> bool:
    """Takes identity's word for an organisation; False when a newer one is known."""
    values = {
        "id": event.organisation_id,
        "kind": event.kind,
        "code": event.code,
        "name": event.name,
        "email": event.email,
        "phone": event.phone,
        "reseller_id": event.reseller_id,
        "version": event.version,
    }
    statement = insert(Organisation).values(values)
    newer = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={key: value for key, value in values.items() if key != "id"},
        where=Organisation.version < event.version,
    )
    return await session.scalar(newer.returning(Organisation.id)) is not None


async def offer(session: AsyncSession, sku: str) -> ExtensionOffer | None:
    return await session.get(ExtensionOffer, sku)


async def extension_by_order(session: AsyncSession, order_id: str) -> Extension | None:
    return await session.scalar(select(Extension).where(Extension.order_id == order_id))


def references(contract: Contract) -> Iterable[str]:
    return {contract.product_reference, *(article.product_reference for article in contract.articles)}

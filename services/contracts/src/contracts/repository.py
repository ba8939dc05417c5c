"""The SQL of contracts: loading for a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

import events
from chassis.locks import one_at_a_time
from contracts.hardware.models import Replacement
from contracts.models import Article, Contract, Extension, ExtensionOffer, Organisation
from events import OrganisationKind
from web.text import codes
from web.text.folding import searchable

WHOLE = (
    selectinload(Contract.articles),
    selectinload(Contract.extensions),
    selectinload(Contract.replacements),
)


async def find_for_change(session: AsyncSession, number: str) -> Contract | None:
    """The contract with all its parts, by its number in any notation; its row locked, and its number while it is none.

    Of two that were registered before case and zeros stopped counting, the one in this notation.
    """
    code = codes.number(number)
    await one_at_a_time(session, f"contract {code}")
    query = select(Contract).where(Contract.number_code == code).order_by((Contract.number == number).desc()).limit(1)
    return await session.scalar(query.options(*WHOLE).with_for_update(key_share=True))


async def reload_replacements(session: AsyncSession, contract: Contract) -> None:
    """After one of them was written by a statement."""
    query = select(Replacement).where(Replacement.contract_number == contract.number)
    rows = (await session.scalars(query.execution_options(populate_existing=True))).all()
    set_committed_value(contract, "replacements", list(rows))


async def sharing(session: AsyncSession, contract: Contract, exchange_id: UUID) -> Sequence[str]:
    """The numbers of its client's other contracts that have this exchange, or may cover a unit that ``contract`` has
    exchanges of."""
    units = {code for row in contract.replacements for code in (row.serial_code, row.replacement_code) if code}
    articles = select(Article.contract_number).where(Article.serial_code.in_(units))
    moved = select(Replacement.contract_number).where(
        or_(Replacement.exchange_id == exchange_id, Replacement.replacement_code.in_(units))
    )
    covers = or_(Contract.serial_code.in_(units), Contract.number.in_(articles), Contract.number.in_(moved))
    query = select(Contract.number).where(_of_same_client(contract), covers)
    return (await session.scalars(query.order_by(Contract.number))).all()


async def exchanged_elsewhere(session: AsyncSession, contract: Contract) -> Sequence[Replacement]:
    """The exchanges of its client's other contracts, where one of them is of a unit that ``contract`` registers."""
    units = [codes.serial(serial) for serial in contract.registered]
    is_of_unit = or_(Replacement.serial_code.in_(units), Replacement.replacement_code.in_(units))
    numbers = (
        select(Replacement.contract_number)
        .where(is_of_unit)
        .join(Contract, Contract.number == Replacement.contract_number)
    )
    query = select(Replacement).where(Replacement.contract_number.in_(numbers.where(_of_same_client(contract))))
    return (await session.scalars(query)).all()


def _of_same_client(contract: Contract) -> ColumnElement[bool]:
    """None for a contract without client: it is then unknown which organisation has its units."""
    return and_(
        Contract.number != contract.number,
        Contract.reseller_id == contract.reseller_id,
        Contract.client_id == contract.client_id,
        Contract.client_id.is_not(None),
    )


async def held_by(session: AsyncSession, client_id: UUID) -> Sequence[Contract]:
    query = select(Contract).where(Contract.client_id == client_id).options(*WHOLE)
    return (await session.scalars(query.order_by(Contract.number).with_for_update(key_share=True))).all()


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    return await session.get(Organisation, identifier)


async def organisation_id(
    session: AsyncSession, kind: OrganisationKind, code: str, known_as: UUID | None = None
) -> UUID:
    """The id that goes with the code, which an organisation from before case stopped counting has of its own.

    ``known_as`` is the one to answer where several have the code.
    """
    query = select(Organisation.id).where(Organisation.kind == kind, func.upper(Organisation.code) == code)
    query = query.order_by((Organisation.id == known_as).desc().nulls_last(), (Organisation.code == code).desc())
    return await session.scalar(query.limit(1)) or events.organisation_id(kind, code)


async def seed(session: AsyncSession, organisation: Organisation) -> None:
    """Adds the organisation unless it is known; refreshes a seed, never what identity has told."""
    values = {
        column: getattr(organisation, column)
        for column in ("id", "kind", "code", "name", "email", "phone", "reseller_id")
    }
    statement = insert(Organisation).values(**values, search_text=searchable([organisation.name]))
    refresh = {column: statement.excluded[column] for column in ("name", "email", "phone", "search_text")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=refresh, where=Organisation.version == 0)
    )


async def offer(session: AsyncSession, sku: str) -> ExtensionOffer | None:
    """By its SKU in any case; one that was entered in exactly this one comes first."""
    query = select(ExtensionOffer).where(func.upper(ExtensionOffer.sku) == codes.code(sku))
    return await session.scalar(query.order_by((ExtensionOffer.sku == sku).desc()).limit(1))


async def extension_by_order(session: AsyncSession, order_id: str) -> Extension | None:
    return await session.scalar(select(Extension).where(Extension.order_id == order_id))


def references(contract: Contract) -> Iterable[str]:
    return {contract.product_reference, *(article.product_reference for article in contract.articles)}

"""What is read of contracts: lists, the detail, coverage, summaries. Columns, never entities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.principal import Principal
from chassis.http import paging
from chassis.searching import matches
from chassis.sql import AnyRow, AnySelect
from contracts.models import EXPIRING_DAYS, Article, Contract, Extension, ExtensionOffer, Organisation, Product

SORTS: dict[str, ColumnElement[Any]] = {
    "number": Contract.number_key.expression,
    "product_reference": Contract.product_reference.expression,
    "serial_number": Contract.serial_number.expression,
    "client": Contract.client_key.expression,
    "warranty_ends_on": Contract.warranty_ends_on.expression,
    "extensions": Contract.extension_count.expression,
}

ROW = (
    Contract.number,
    Contract.product_reference,
    Contract.serial_number,
    Contract.client_name,
    Contract.client_id,
    Contract.starts_on,
    Contract.warranty_ends_on,
    Contract.extension_count,
)


def visible(principal: Principal) -> ColumnElement[bool]:
    """A reseller sees what it sold, a client what it holds, SQP and its back office everything."""
    if principal.organisation_kind == "reseller":
        return Contract.reseller_id == principal.organisation_id
    if principal.organisation_kind == "client":
        return Contract.client_id == principal.organisation_id
    return true()


def validity(name: str, today: date) -> ColumnElement[bool]:
    """``active``: in force today; ``expiring``: of these, at most 90 days left; ``expired``: over."""
    if name == "expired":
        return Contract.warranty_ends_on < today
    in_force = and_(Contract.starts_on <= today, Contract.warranty_ends_on >= today)
    if name == "expiring":
        return and_(in_force, Contract.warranty_ends_on - today <= EXPIRING_DAYS)
    return in_force


def listing(principal: Principal, q: str, client_id: UUID | None) -> AnySelect:
    query = select(*ROW).where(visible(principal), matches(Contract.search_text.expression, q))
    return query.where(Contract.client_id == client_id) if client_id else query


async def page(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, sort, Contract.number_key.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), sort, limit)


async def counts(
    reader: AsyncConnection, everything: AnySelect, chosen: AnySelect, today: date
) -> tuple[int, dict[str, int]]:
    """How many rows ``chosen`` has, and how many of ``everything`` there are by validity."""
    by_validity = {name: everything.where(validity(name, today)) for name in ("active", "expiring", "expired")}
    counted = await paging.counts(reader, {"total": chosen, **by_validity})
    return counted.pop("total"), counted


async def contract(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow | None:
    query = select(Contract.__table__).where(Contract.number == number, visible(principal))
    return (await reader.execute(query)).one_or_none()


async def organisations(reader: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    query = select(Organisation.__table__).where(Organisation.id.in_(ids))
    return {row.id: row for row in (await reader.execute(query)).all()}


async def articles(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    """In the order of registration; the catalogue's links where the article brings none."""
    query = (
        select(
            Article.designation,
            Article.product_reference,
            Article.serial_number,
            _or_else(Article.specification_url, Product.specification_url),
            _or_else(Article.picture_url, Product.picture_url),
        )
        .outerjoin(Product, Product.reference == Article.product_reference)
        .where(Article.contract_number == number)
        .order_by(Article.position)
    )
    return (await reader.execute(query)).all()


def _or_else(own: Any, catalogue: Any) -> ColumnElement[str]:
    return func.coalesce(func.nullif(own, ""), catalogue, "").label(own.key)


async def extensions(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    query = select(Extension.__table__).where(Extension.contract_number == number)
    return (await reader.execute(query.order_by(Extension.ordered_at, Extension.id))).all()


async def offers(reader: AsyncConnection, references: Sequence[str]) -> Sequence[AnyRow]:
    query = select(ExtensionOffer.__table__).where(ExtensionOffer.applies_to_product_reference.in_(references))
    return (await reader.execute(query.order_by(ExtensionOffer.months, ExtensionOffer.sku))).all()


async def by_serial(reader: AsyncConnection, serial: str, on: date, principal: Principal) -> AnyRow | None:
    """The visible contract that says most about ``serial`` on that day: covering, else ended, else to start."""
    wanted = serial.strip().upper()
    holders = select(Article.contract_number).where(func.upper(Article.serial_number) == wanted)
    rank = case((Contract.warranty_ends_on < on, 1), (Contract.starts_on > on, 2), else_=0)
    query = (
        select(Contract.number, Contract.starts_on, Contract.warranty_ends_on)
        .where(visible(principal), or_(func.upper(Contract.serial_number) == wanted, Contract.number.in_(holders)))
        .order_by(rank, Contract.warranty_ends_on.desc())
        .limit(1)
    )
    return (await reader.execute(query)).one_or_none()


async def client_summaries(reader: AsyncConnection, principal: Principal, today: date) -> Sequence[AnyRow]:
    in_force = func.count().filter(validity("active", today)).label("contracts_in_force")
    query = (
        select(Contract.client_id, in_force, func.count().label("contracts"))
        .where(visible(principal), Contract.client_id.is_not(None))
        .group_by(Contract.client_id)
    )
    return (await reader.execute(query)).all()


async def offer(reader: AsyncConnection, sku: str) -> AnyRow | None:
    query = select(ExtensionOffer.__table__).where(ExtensionOffer.sku == sku)
    return (await reader.execute(query)).one_or_none()


async def product(reader: AsyncConnection, reference: str) -> AnyRow | None:
    query = select(Product.__table__).where(Product.reference == reference)
    return (await reader.execute(query)).one_or_none()

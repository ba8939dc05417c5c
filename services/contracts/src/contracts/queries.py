"""What is read of contracts: lists, the detail, coverage, summaries. Columns, never entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, Uuid, and_, bindparam, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import searching
from chassis.auth.principal import Principal
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from contracts import schemas
from contracts.models import EXPIRING_DAYS, Article, Contract, Extension, ExtensionOffer, Organisation, Product
from events import OrganisationKind

VALIDITIES: tuple[schemas.Validity, ...] = ("active", "expiring", "expired")

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
    return _visible_to(principal.organisation_kind, principal.organisation_id)


def _visible_to(kind: OrganisationKind | None, organisation: UUID | BindParameter[UUID] | None) -> ColumnElement[bool]:
    if kind == "reseller":
        return Contract.reseller_id == organisation
    if kind == "client":
        return Contract.client_id == organisation
    return true()


def validity(name: str, today: date | BindParameter[date]) -> ColumnElement[bool]:
    """``active``: in force today; ``expiring``: of these, at most 90 days left; ``expired``: over."""
    if name == "expired":
        return Contract.warranty_ends_on < today
    in_force = and_(Contract.starts_on <= today, Contract.warranty_ends_on >= today)
    if name == "expiring":
        return and_(in_force, Contract.warranty_ends_on - today <= EXPIRING_DAYS)
    return in_force


@dataclass(frozen=True)
class Shape:
    """What makes one list's statement differ from another's; the values are parameters.

    Making a statement costs more than running it on a reseller's few hundred rows, so each shape's is made once.
    """

    kind: OrganisationKind | None
    words: int
    by_client: bool
    by_reseller: bool = False
    validity: schemas.Validity | None = None


@lru_cache(maxsize=256)
def listing(shape: Shape) -> AnySelect:
    query = select(*ROW).where(
        _visible_to(shape.kind, bindparam("organisation", type_=Uuid)),
        searching.holds(Contract.search_text.expression, shape.words),
    )
    if shape.by_client:
        query = query.where(Contract.client_id == bindparam("client", type_=Uuid))
    if shape.by_reseller:
        query = query.where(Contract.reseller_id == bindparam("reseller", type_=Uuid))
    if shape.validity:
        query = query.where(validity(shape.validity, bindparam("today", type_=Date)))
    return query


@lru_cache(maxsize=256)
def counting(shape: Shape) -> AnySelect:
    """The total of the shape, and by validity what it has without that filter."""
    by_validity: dict[str, AnySelect] = {name: listing(replace(shape, validity=name)) for name in VALIDITIES}
    return paging.counting({"total": listing(shape), **by_validity})


first_page = lru_cache(maxsize=1024)(paging.page)


@dataclass(frozen=True)
class Wanted:
    """One request's list: its shape and the values of the statement's parameters."""

    shape: Shape
    values: dict[str, Any]

    @classmethod
    def of(
        cls,
        principal: Principal,
        q: str,
        client_id: UUID | None,
        validity: schemas.Validity | None,
        today: date,
        reseller_id: UUID | None = None,
    ) -> Wanted:
        words = searching.patterns(q)
        values = {"organisation": principal.organisation_id, "client": client_id, "reseller": reseller_id}
        named = {f"word_{index}": word for index, word in enumerate(words)}
        by_client, by_reseller = client_id is not None, reseller_id is not None
        shape = Shape(principal.organisation_kind, len(words), by_client, by_reseller, validity)
        return cls(shape, {**values, **named, "today": today})


async def page(
    reader: AsyncConnection, wanted: Wanted, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    make = paging.page if cursor else first_page
    statement = make(listing(wanted.shape), sort, Contract.number_key.expression, limit, cursor)
    return paging.split((await reader.execute(statement, wanted.values)).all(), sort, limit)


async def counts(reader: AsyncConnection, wanted: Wanted) -> tuple[int, dict[str, int]]:
    """How many rows the list has, and how many there are by validity, each counted no further than 10,001."""
    counted = dict((await reader.execute(counting(wanted.shape), wanted.values)).one()._mapping)
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

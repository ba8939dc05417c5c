"""What is read of contracts: lists, the detail, coverage, summaries. Columns, never entities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Date,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from api import contracts as schemas
from chassis import searching
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from contracts.access import shows_reseller, visible, visible_to
from contracts.cover import EXPIRING_DAYS
from contracts.hardware.models import Replacement
from contracts.models import Article, Contract, Extension, ExtensionOffer, Organisation, Product
from events import OrganisationKind
from web.auth.principal import Principal
from web.text import codes, folding

# Of a million contracts, a thousand that are spread evenly fill a page after the first 25,000.
FEW = 1_000

VALIDITIES: tuple[schemas.Validity, ...] = ("active", "expiring", "expired")

SORTS: dict[str, ColumnElement[Any]] = {
    "number": Contract.number_key.expression,
    "product_reference": Contract.product_key.expression,
    "serial_number": Contract.serial_key.expression,
    "client": Contract.client_key.expression,
    "warranty_ends_on": Contract.warranty_ends_on.expression,
    "extensions": Contract.extension_count.expression,
}

_OF_THE_CONTRACT = Organisation.id == Contract.reseller_id
# Read for the rows of a page alone: a join would be counted with.
RESELLER = select(Organisation.name).where(_OF_THE_CONTRACT).scalar_subquery()
SORTS_WITH_RESELLER = {**SORTS, "reseller": select(Organisation.name_key).where(_OF_THE_CONTRACT).scalar_subquery()}

# The unit that has the cover now.
SERIAL = func.coalesce(Contract.current_serial, Contract.serial_number)

ROW = (
    Contract.number,
    Contract.product_reference,
    SERIAL.label("serial_number"),
    Contract.client_name,
    Contract.client_id,
    Contract.starts_on,
    Contract.warranty_ends_on,
    Contract.credited_on,
    Contract.extension_count,
)


def sorts(principal: Principal) -> dict[str, ColumnElement[Any]]:
    return SORTS_WITH_RESELLER if shows_reseller(principal.organisation_kind) else SORTS


def validity(name: str, today: date | BindParameter[date]) -> ColumnElement[bool]:
    """``active``: in force today; ``expiring``: of these, at most 90 days left; ``expired``: over, or all paid back."""
    if name == "expired":
        return or_(Contract.warranty_ends_on < today, Contract.credited_on.is_not(None))
    in_force = and_(Contract.starts_on <= today, Contract.warranty_ends_on >= today, Contract.credited_on.is_(None))
    if name == "expiring":
        return and_(in_force, Contract.warranty_ends_on <= type_coerce(today, Date) + EXPIRING_DAYS)
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
    by_number: bool = False
    validity: schemas.Validity | None = None
    # Those that are exactly what was searched, or the others; None for both.
    exact: bool | None = None
    # Whether a number or a serial number may be what was searched.
    numbered: bool = False
    # So few are found that they are all looked up; others are met soon enough in the order of the list.
    few: bool = False


@lru_cache(maxsize=256)
def listing(shape: Shape) -> AnySelect:
    named = shows_reseller(shape.kind)
    found = _found(shape, of_reseller if named else None)
    if shape.few:
        found = searching.among(Contract.number.expression, select(Contract.number).where(found))
    if shape.exact is not None:
        found = and_(found, _is_searched() if shape.exact else not_(_is_searched()))
    return select(*ROW, *([RESELLER.label("reseller")] if named else [])).where(found)


def _found(shape: Shape, otherwise: searching.Otherwise | None) -> ColumnElement[bool]:
    searched = searching.holds(Contract.search_text.expression, shape.words, otherwise)
    if shape.numbered:
        # With zeros in front the number is no part of the text.
        searched = or_(searched, _has_number())
    return and_(
        visible_to(shape.kind, bindparam("organisation", type_=Uuid)),
        searched,
        Contract.client_id == bindparam("client", type_=Uuid) if shape.by_client else true(),
        Contract.reseller_id == bindparam("reseller", type_=Uuid) if shape.by_reseller else true(),
        Contract.number == any_(bindparam("numbers", type_=ARRAY(Text))) if shape.by_number else true(),
        validity(shape.validity, bindparam("today", type_=Date)) if shape.validity else true(),
    )


def of_reseller(pattern: ColumnElement[str]) -> ColumnElement[bool]:
    found = searching.like(Organisation.search_text.expression, pattern)
    return searching.among(
        Contract.reseller_id.expression, select(Organisation.id).where(Organisation.kind == "reseller", found)
    )


def _has_number() -> ColumnElement[bool]:
    numbers = (bindparam("exact_number", type_=Text), bindparam("exact_words", type_=Text))
    return Contract.number_code.in_(numbers)


def _is_searched() -> ColumnElement[bool]:
    """The contract of this number, or with equipment that has this serial number, or had it before an exchange."""
    serial = bindparam("exact_serial", type_=Text)
    is_of_unit = or_(Replacement.serial_code == serial, Replacement.replacement_code == serial)
    exchanged = select(Replacement.contract_number).where(Replacement.cover != "unchanged", is_of_unit)
    return or_(
        _has_number(),
        Contract.serial_code == serial,
        searching.among(
            Contract.number.expression, select(Article.contract_number).where(Article.serial_code == serial)
        ),
        searching.among(Contract.number.expression, exchanged),
    )


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
        numbers: Sequence[str] = (),
    ) -> Wanted:
        words = searching.patterns(q)
        exact = folding.exactly(q)
        values: dict[str, Any] = {
            "organisation": principal.organisation_id,
            "client": client_id,
            "reseller": reseller_id,
            "numbers": numbers,
        }
        values |= {"exact_number": codes.number(q), "exact_words": codes.number(exact), "exact_serial": exact}
        named = {f"word_{index}": word for index, word in enumerate(words)}
        by_client, by_reseller = client_id is not None, reseller_id is not None
        shape = Shape(
            principal.organisation_kind, len(words), by_client, by_reseller, bool(numbers), validity, None, bool(exact)
        )
        return cls(shape, {**values, **named, "today": today})


async def page(
    reader: AsyncConnection, wanted: Wanted, sort: paging.Sort, limit: int, cursor: str | None, counted: int
) -> tuple[Sequence[AnyRow], str | None]:
    """What is searched exactly comes first. ``counted``: how many the list has, as :func:`counts`."""
    few = wanted.shape.words > 0 and counted <= FEW

    async def fetch(exact: bool | None, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        make = paging.page if cursor else first_page
        shape = replace(wanted.shape, exact=exact, few=few)
        statement = make(listing(shape), sort, Contract.number_key.expression, limit, cursor)
        return (await reader.execute(statement, wanted.values)).all()

    if wanted.shape.numbered:
        return await paging.exact_first(fetch, sort, limit, cursor)
    return paging.split(await fetch(None, limit, cursor), sort, limit)


async def counts(reader: AsyncConnection, wanted: Wanted) -> tuple[int, dict[str, int]]:
    """How many rows the list has, and how many there are by validity, each counted no further than 10,001."""
    counted = dict((await reader.execute(counting(wanted.shape), wanted.values)).one()._mapping)
    return counted.pop("total"), counted


async def contract(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow | None:
    """By its number in any notation; one that was registered in exactly this notation comes first."""
    query = select(Contract.__table__).where(Contract.number_code == codes.number(number), visible(principal))
    query = query.order_by((Contract.number == number).desc()).limit(1)
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


async def client_summaries(reader: AsyncConnection, principal: Principal, today: date) -> Sequence[AnyRow]:
    in_force = func.count().filter(validity("active", today)).label("contracts_in_force")
    query = (
        select(Contract.client_id, in_force, func.count().label("contracts"))
        .where(visible(principal), Contract.client_id.is_not(None))
        .group_by(Contract.client_id)
    )
    return (await reader.execute(query)).all()


async def offer(reader: AsyncConnection, sku: str) -> AnyRow | None:
    """By its SKU in any case; one that was entered in exactly this one comes first."""
    query = select(ExtensionOffer.__table__).where(func.upper(ExtensionOffer.sku) == codes.code(sku))
    query = query.order_by((ExtensionOffer.sku == sku).desc()).limit(1)
    return (await reader.execute(query)).one_or_none()


async def product(reader: AsyncConnection, reference: str) -> AnyRow | None:
    return (await products(reader, [reference])).get(reference)


async def products(reader: AsyncConnection, references: Collection[str]) -> Mapping[str, AnyRow]:
    query = select(Product.__table__).where(Product.reference.in_(references))
    return {row.reference: row for row in await reader.execute(query)}

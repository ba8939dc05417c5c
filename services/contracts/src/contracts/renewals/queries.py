"""What is read of renewals: the list, its months, one of them. Columns, never entities.

Two sorts of row are one list: the present end of every contract that covers anything, with what was noted of it if
anything was, and the ends that an order has moved. One after which another contract goes on is ordered, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    ScalarSelect,
    Subquery,
    Text,
    Uuid,
    all_,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from api.renewals import State
from chassis import searching
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from contracts.access import shows_reseller, visible, visible_to
from contracts.cover import add_months
from contracts.models import Article, Contract, ExtensionOffer, Organisation
from contracts.queries import SERIAL, of_reseller
from contracts.renewals.models import Renewal
from events import OrganisationKind
from web.auth.principal import Principal
from web.text import codes

MONTHS_BEFORE, MONTHS_AFTER = 3, 12


@dataclass(frozen=True)
class Period:
    """From ``start`` until the day before ``end``."""

    start: date
    end: date

    @classmethod
    def around(cls, today: date) -> Period:
        first = today.replace(day=1)
        return cls(add_months(first, -MONTHS_BEFORE), add_months(first, MONTHS_AFTER + 1))

    @classmethod
    def month(cls, written: str) -> Period:
        """Of ``2026-12``."""
        first = date.fromisoformat(f"{written}-01")
        return cls(first, add_months(first, 1))


@dataclass(frozen=True)
class Shape:
    """What makes one list's statements differ from another's; the values are parameters.

    Making these statements costs more than running them on a reseller's few thousand rows, so each shape's are made
    once.
    """

    kind: OrganisationKind | None
    words: int = 0
    by_number: bool = False
    by_client: bool = False
    by_reseller: bool = False
    by_state: bool = False


@dataclass(frozen=True)
class Wanted:
    """One request's list: its shape and the values of the statements' parameters. ``period`` is the month asked for, or
    the months that are shown."""

    shape: Shape
    values: dict[str, Any]
    period: Period

    @classmethod
    def of(
        cls,
        principal: Principal,
        today: date,
        q: str = "",
        client_id: UUID | None = None,
        reseller_id: UUID | None = None,
        month: str | None = None,
        state: State | None = None,
    ) -> Wanted:
        words = searching.patterns(q)
        around = Period.around(today)
        period = Period.month(month) if month else around
        values: dict[str, Any] = {f"word_{index}": word for index, word in enumerate(words)}
        values |= {"organisation": principal.organisation_id, "client": client_id, "reseller": reseller_id}
        values |= {"start": period.start, "end": period.end, "shown_from": around.start, "shown_until": around.end}
        values |= {"number": codes.number(q), "state": state}
        by_client, by_reseller = client_id is not None, reseller_id is not None
        kind = principal.organisation_kind
        shape = Shape(kind, len(words), bool(words), by_client, by_reseller, state is not None)
        return cls(shape, values, period)


def _narrowed(shape: Shape) -> ColumnElement[bool]:
    """What is asked of the contract itself."""
    found = searching.holds(
        Contract.search_text.expression, shape.words, of_reseller if shows_reseller(shape.kind) else None
    )
    if shape.by_number:
        found = or_(found, Contract.number_code == bindparam("number", type_=Text))
    return and_(
        visible_to(shape.kind, bindparam("organisation", type_=Uuid)),
        found,
        Contract.client_id == bindparam("client", type_=Uuid) if shape.by_client else true(),
        Contract.reseller_id == bindparam("reseller", type_=Uuid) if shape.by_reseller else true(),
    )


def _within(start: str, end: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda day: and_(day >= bindparam(start, type_=Date), day < bindparam(end, type_=Date))


ASKED, SHOWN = _within("start", "end"), _within("shown_from", "shown_until")


def _rows(narrowed: ColumnElement[bool], *periods: Callable[[Any], ColumnElement[bool]]) -> Subquery:
    """Every renewal whose end is in one of ``periods`` (any, if none is named)."""

    def arm(ends_on: Any, followed_by: ColumnElement[Any], *more: ColumnElement[bool]) -> AnySelect:
        is_followed = followed_by.is_not(None)
        when = or_(*(holds(ends_on) for holds in periods)) if periods else true()
        return (
            select(
                Contract.number.label("contract_number"),
                Contract.number_key,
                Contract.product_reference,
                Contract.product_key,
                SERIAL.label("serial_number"),
                Contract.serial_key,
                Contract.reseller_id,
                Contract.client_id,
                Contract.client_name,
                Contract.client_key,
                ends_on.label("ends_on"),
                Contract.warranty_ends_on.label("covered_until"),
                # No other row has this number and end.
                Contract.number_key.concat(cast(ends_on - date(2000, 1, 1), Text)).label("tie"),
                case((is_followed, "ordered"), else_=func.coalesce(Renewal.state, "open", type_=Text)).label("state"),
                func.coalesce(Renewal.version, 0).label("version"),
                func.coalesce(Renewal.note, "", type_=Text).label("note"),
                case((~is_followed, Renewal.lost_reason)).label("lost_reason"),
                case((~is_followed, Renewal.next_on)).label("next_on"),
                Renewal.order_id,
                followed_by.label("followed_by"),
            )
            .select_from(Contract)
            .where(narrowed, when, *more)
        )

    noted = and_(Renewal.contract_number == Contract.number, Renewal.ends_on == Contract.warranty_ends_on)
    followed_by, has_cover = Contract.followed_by.expression, Contract.credited_on.is_(None)
    current = arm(Contract.warranty_ends_on.expression, followed_by, has_cover).outerjoin(Renewal, noted)
    moved = and_(Renewal.state == "ordered", Renewal.ends_on != Contract.warranty_ends_on)
    # Equal to the contract's, and what the index of ordered renewals begins with.
    owned = Renewal.reseller_id == Contract.reseller_id
    ordered = arm(Renewal.ends_on.expression, cast(null(), Text), moved, owned).join(
        Renewal, Renewal.contract_number == Contract.number
    )
    return union_all(current, ordered).subquery("rows")


@dataclass(frozen=True)
class Statements:
    """Of one shape: the whole list in no order, what sorts it, what tells its rows apart, and its counts by month."""

    whole: AnySelect
    sorts: Mapping[str, ColumnElement[Any]]
    tie: ColumnElement[str]
    by_month: AnySelect


@lru_cache(maxsize=256)
def statements(shape: Shape) -> Statements:
    rows = _rows(_narrowed(shape), ASKED)
    sorts: dict[str, ColumnElement[Any]] = {
        "ends_on": rows.c.ends_on,
        "contract_number": rows.c.number_key,
        "product_reference": rows.c.product_key,
        "serial_number": rows.c.serial_key,
        "client": rows.c.client_key,
        "next_on": rows.c.next_on,
    }
    whole: AnySelect = select(rows)
    if shows_reseller(shape.kind):
        whole = whole.add_columns(_reseller(rows, Organisation.name).label("reseller"))
        sorts["reseller"] = _reseller(rows, Organisation.name_key)
    if shape.by_state:
        whole = whole.where(rows.c.state == bindparam("state", type_=Text))
    counted = _rows(_narrowed(shape), ASKED, SHOWN).c
    month = cast(func.date_trunc("month", cast(counted.ends_on, DateTime)), Date).label("month")
    by_month = select(month, counted.state, func.count().label("contracts")).group_by(month, counted.state)
    return Statements(whole, sorts, rows.c.tie, by_month)


def _reseller(rows: Subquery, column: Any) -> ScalarSelect[Any]:
    return select(column).where(Organisation.id == rows.c.reseller_id).scalar_subquery()


first_page = lru_cache(maxsize=1024)(paging.page)


async def page(
    reader: AsyncConnection, wanted: Wanted, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    made = statements(wanted.shape)
    statement = (paging.page if cursor else first_page)(made.whole, sort, made.tie, limit, cursor)
    return paging.split((await reader.execute(statement, wanted.values)).all(), sort, limit)


async def by_month(reader: AsyncConnection, wanted: Wanted) -> Sequence[AnyRow]:
    """``contracts`` by ``month`` (its first day) and ``state``, of the months shown and the one asked for."""
    return (await reader.execute(statements(wanted.shape).by_month, wanted.values)).all()


def whole(wanted: Wanted, sort: paging.Sort) -> AnySelect:
    made = statements(wanted.shape)
    return paging.ordered(made.whole, sort, made.tie).params(wanted.values)


async def one(reader: AsyncConnection, number: str, ends_on: date, principal: Principal) -> AnyRow | None:
    rows = _rows(and_(Contract.number_code == codes.number(number), visible(principal)))
    query = select(rows).where(rows.c.ends_on == ends_on).order_by((rows.c.contract_number == number).desc()).limit(1)
    if shows_reseller(principal.organisation_kind):
        query = query.add_columns(_reseller(rows, Organisation.name).label("reseller"))
    return (await reader.execute(query)).one_or_none()


def _offers() -> AnySelect:
    numbers = bindparam("numbers", type_=ARRAY(Text))
    own = select(Contract.number, Contract.product_reference).where(Contract.number == func.any(numbers))
    articles = select(Article.contract_number, Article.product_reference)
    products = union(own, articles.where(Article.contract_number == func.any(numbers))).subquery("products")
    return (
        select(products.c.number, ExtensionOffer.__table__)
        .join(Contract, Contract.number == products.c.number)
        .join(ExtensionOffer, ExtensionOffer.applies_to_product_reference == products.c.product_reference)
        .where(products.c.product_reference != all_(Contract.settled_references))
        .order_by(ExtensionOffer.months, ExtensionOffer.sku)
    )


OFFERS = _offers()


async def offers(reader: AsyncConnection, numbers: Sequence[str]) -> Sequence[AnyRow]:
    """The extensions on sale for these contracts and their articles, each with the contract's ``number``."""
    return (await reader.execute(OFFERS, {"numbers": list(numbers)})).all()

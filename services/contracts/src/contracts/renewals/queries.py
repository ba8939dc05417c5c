"""What is read of renewals: the list, its months, one of them. Columns, never entities.

Two sorts of row are one list: the present end of every contract, with what was noted of it if anything was, and the
ends that an order has moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Subquery, Text, and_, cast, func, or_, select, true, union, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from api.renewals import State
from chassis import searching
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from contracts.access import shows_reseller, visible
from contracts.models import Article, Contract, ExtensionOffer, Organisation, Renewal, add_months
from contracts.queries import of_reseller
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

    def holds(self, day: ColumnElement[date]) -> ColumnElement[bool]:
        return and_(day >= self.start, day < self.end)


@dataclass(frozen=True)
class Wanted:
    """One request's list. ``period`` is the month asked for, or the months that are shown."""

    principal: Principal
    today: date
    q: str = ""
    client_id: UUID | None = None
    reseller_id: UUID | None = None
    month: str | None = None
    state: State | None = None

    @property
    def period(self) -> Period:
        return Period.month(self.month) if self.month else Period.around(self.today)

    def narrows(self) -> ColumnElement[bool]:
        """What is asked of the contract itself."""
        named = shows_reseller(self.principal.organisation_kind)
        found = searching.matches(Contract.search_text.expression, self.q, of_reseller if named else None)
        if self.q:
            found = or_(found, Contract.number_code == codes.number(self.q))
        return and_(
            visible(self.principal),
            found,
            Contract.client_id == self.client_id if self.client_id else true(),
            Contract.reseller_id == self.reseller_id if self.reseller_id else true(),
        )


def _rows(narrowed: ColumnElement[bool], *periods: Period) -> Subquery:
    """Every renewal whose end is in one of ``periods`` (any, if none is named)."""

    def arm(ends_on: Any, *more: ColumnElement[bool]) -> AnySelect:
        when = or_(*(period.holds(ends_on) for period in periods)) if periods else true()
        return (
            select(
                Contract.number.label("contract_number"),
                Contract.number_key,
                Contract.product_reference,
                Contract.product_key,
                Contract.serial_number,
                Contract.serial_key,
                Contract.reseller_id,
                Contract.client_id,
                Contract.client_name,
                Contract.client_key,
                ends_on.label("ends_on"),
                func.concat(Contract.number_key, func.to_char(ends_on, "YYYYMMDD"), type_=Text).label("tie"),
                func.coalesce(Renewal.state, "open", type_=Text).label("state"),
                func.coalesce(Renewal.version, 0).label("version"),
                func.coalesce(Renewal.note, "", type_=Text).label("note"),
                Renewal.lost_reason,
                Renewal.next_on,
                Renewal.order_id,
            )
            .select_from(Contract)
            .where(narrowed, when, *more)
        )

    noted = and_(Renewal.contract_number == Contract.number, Renewal.ends_on == Contract.warranty_ends_on)
    current = arm(Contract.warranty_ends_on.expression).outerjoin(Renewal, noted)
    moved = and_(Renewal.state == "ordered", Renewal.ends_on != Contract.warranty_ends_on)
    # Equal to the contract's, and what the index of ordered renewals begins with.
    owned = Renewal.reseller_id == Contract.reseller_id
    ordered = arm(Renewal.ends_on.expression, moved, owned).join(Renewal, Renewal.contract_number == Contract.number)
    return union_all(current, ordered).subquery("rows")


class Listing:
    """The statements of one request, over the same rows."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._rows = _rows(wanted.narrows(), wanted.period)
        rows = self._rows.c
        owner = Organisation.id == rows.reseller_id
        self._reseller = select(Organisation.name).where(owner).scalar_subquery()
        self.sorts: dict[str, ColumnElement[Any]] = {
            "ends_on": rows.ends_on,
            "contract_number": rows.number_key,
            "product_reference": rows.product_key,
            "serial_number": rows.serial_key,
            "client": rows.client_key,
            "next_on": rows.next_on,
        }
        if shows_reseller(wanted.principal.organisation_kind):
            self.sorts["reseller"] = select(Organisation.name_key).where(owner).scalar_subquery()

    def all(self) -> AnySelect:
        """The whole list, in no order."""
        query: AnySelect = select(self._rows)
        if shows_reseller(self._wanted.principal.organisation_kind):
            query = query.add_columns(self._reseller.label("reseller"))
        return query.where(self._rows.c.state == self._wanted.state) if self._wanted.state else query

    def ordered(self, sort: paging.Sort) -> AnySelect:
        return paging.ordered(self.all(), sort, self._rows.c.tie)

    async def page(
        self, reader: AsyncConnection, sort: paging.Sort, limit: int, cursor: str | None
    ) -> tuple[Sequence[AnyRow], str | None]:
        statement = paging.page(self.all(), sort, self._rows.c.tie, limit, cursor)
        return paging.split((await reader.execute(statement)).all(), sort, limit)

    async def by_month(self, reader: AsyncConnection) -> Sequence[AnyRow]:
        """``contracts`` by ``month`` (its first day) and ``state``, of the months shown and the one asked for."""
        rows = _rows(self._wanted.narrows(), Period.around(self._wanted.today), self._wanted.period).c
        month = cast(func.date_trunc("month", rows.ends_on), Date).label("month")
        query = select(month, rows.state, func.count().label("contracts")).group_by(month, rows.state)
        return (await reader.execute(query)).all()


async def one(reader: AsyncConnection, number: str, ends_on: date, principal: Principal) -> AnyRow | None:
    narrowed = and_(Contract.number_code == codes.number(number), visible(principal))
    rows = _rows(narrowed)
    query = select(rows).where(rows.c.ends_on == ends_on).order_by((rows.c.contract_number == number).desc()).limit(1)
    if shows_reseller(principal.organisation_kind):
        name = select(Organisation.name).where(Organisation.id == rows.c.reseller_id).scalar_subquery()
        query = query.add_columns(name.label("reseller"))
    return (await reader.execute(query)).one_or_none()


async def offers(reader: AsyncConnection, numbers: Sequence[str]) -> Sequence[AnyRow]:
    """The extensions on sale for these contracts and their articles, each with the contract's ``number``."""
    own = select(Contract.number, Contract.product_reference).where(Contract.number.in_(numbers))
    articles = select(Article.contract_number, Article.product_reference).where(Article.contract_number.in_(numbers))
    products = union(own, articles).subquery("products")
    query = (
        select(products.c.number, ExtensionOffer.__table__)
        .join(ExtensionOffer, ExtensionOffer.applies_to_product_reference == products.c.product_reference)
        .order_by(ExtensionOffer.months, ExtensionOffer.sku)
    )
    return (await reader.execute(query)).all()

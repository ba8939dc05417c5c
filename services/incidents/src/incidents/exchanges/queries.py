"""What is read of exchanges: the lines of an incident, lists by stage. Columns, never entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents.exchanges import Stage
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from events.exchange_words import Consequence
from incidents.access import visible
from incidents.exchanges import carriers, repository, units
from incidents.exchanges.models import Exchange, ExchangeFact, Shipment, Statement, shipment_lines
from incidents.models import Incident, Organisation
from web.auth.principal import Principal
from web.text import codes

_RESELLER_NOW = select(Organisation.name).where(Organisation.id == Exchange.reseller_id).scalar_subquery()

ROW = (
    *Exchange.__table__.columns,
    func.coalesce(_RESELLER_NOW, Incident.reseller_name).label("reseller_name"),
    func.coalesce(Incident.client_name_now, Incident.client_name).label("client_name"),
)

SORTS: dict[str, ColumnElement[Any]] = {
    "requested_at": Exchange.requested_at.expression,
    "return_due_on": Exchange.due_on.expression,
}


# In the order of :func:`standing.stage`.
_GOING: tuple[Stage, ...] = ("to_decide", "to_inspect", "to_ship", "overdue", "shipped", "awaited", "to_close")
# What is late is found in these: what SQP has to do comes before (:func:`standing.stage`).
_MAY_BE_OVERDUE: tuple[Stage, ...] = ("shipped", "awaited")


def in_stage(stage: Stage, today: date) -> ColumnElement[bool]:
    overdue, undated = repository.is_overdue(today), Exchange.undated_stage
    if stage == "overdue":
        return and_(overdue, undated.in_(_MAY_BE_OVERDUE))
    # Of a line without due date it is not known whether it is overdue.
    return and_(undated == stage, overdue.is_not(true())) if stage in _MAY_BE_OVERDUE else undated == stage


def listing(principal: Principal, scan: str, reseller_id: UUID | None) -> AnySelect:
    """``scan``: a serial number, the number of a parcel or of an incident, read by machine or typed."""
    query = select(*ROW).join(Incident, Incident.number == Exchange.incident_number)
    return _chosen(query, principal, scan, reseller_id)


def counted(principal: Principal, scan: str, reseller_id: UUID | None) -> AnySelect:
    """As many rows as :func:`listing` has. Without their incidents, of which only a client's reader needs to know."""
    query: AnySelect = select(Exchange.id)
    if principal.organisation_kind == "client":
        query = query.join(Incident, Incident.number == Exchange.incident_number)
    return _chosen(query, principal, scan, reseller_id)


def _chosen(query: AnySelect, principal: Principal, scan: str, reseller_id: UUID | None) -> AnySelect:
    if principal.organisation_kind == "reseller":
        query = query.where(Exchange.reseller_id == principal.organisation_id)
    elif principal.organisation_kind == "client":
        query = query.where(visible(Incident, principal))
    if scan:
        query = query.where(Exchange.id.in_(_scanned(scan)))
    return query.where(Exchange.reseller_id == reseller_id) if reseller_id else query


def _scanned(scan: str) -> CompoundSelect[tuple[UUID]]:
    """Each number by its own index: one condition with OR would read every line."""
    code, number = codes.serial(scan), carriers.tracking_number(scan)
    parcel = (
        select(shipment_lines.c.exchange_id)
        .join(Shipment, Shipment.id == shipment_lines.c.shipment_id)
        .where(Shipment.tracking_number == number, Shipment.tracking_number != "")
    )
    spare = units.spare(code)
    own = (Exchange.serial_code, Exchange.replacement_code, Exchange.incident_number)
    return union_all(parcel, spare, *(select(Exchange.id).where(column == code) for column in own))


async def page(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, sort, Exchange.id.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), sort, limit)


async def counts(reader: AsyncConnection, everything: AnySelect, today: date) -> dict[Stage, int]:
    """How many lines each stage has, up to 10,001."""
    done, _ = await paging.count(reader, everything.where(in_stage("done", today)))
    return {**await going_counts(reader, everything, today), "done": done}


async def going_counts(reader: AsyncConnection, everything: AnySelect, today: date) -> dict[Stage, int]:
    """Of what goes on, in one pass of the index of stages."""
    stage, is_late = Exchange.undated_stage, func.coalesce(Exchange.late_after < today, False)
    columns = (stage, is_late.label("is_late"), func.count())
    query = everything.where(stage != "done").with_only_columns(*columns, maintain_column_froms=True)
    found: dict[Stage, int] = dict.fromkeys(_GOING, 0)
    for undated, late, count in (await reader.execute(query.group_by(stage, is_late))).all():
        found["overdue" if late and undated in _MAY_BE_OVERDUE else undated] += count
    return {each: min(count, paging.EXACT_TOTAL + 1) for each, count in found.items()}


async def followed(reader: AsyncConnection, lines: Sequence[AnyRow]) -> set[int]:
    """Of these lines those whose replacement is exchanged in its turn, as :func:`units.follower`."""
    sent = [line.replacement_code for line in lines if line.replacement_code]
    rows = (await reader.execute(units.followers(sent))).all() if sent else []
    return {
        line.line
        for line in lines
        for row in rows
        if row.serial_code == line.replacement_code and row.requested_at >= line.reserved_at
    }


async def of_units(reader: AsyncConnection, incident: AnyRow) -> Sequence[AnyRow]:
    """The lines of any incident that tell which of this one's products are in use."""
    declared = [codes.serial(article["serial_number"]) for article in incident.articles]
    return (await reader.execute(units.of_units(incident.contract_number, declared))).all()


async def off_contract(reader: AsyncConnection, incident: AnyRow, today: date) -> set[str]:
    """The codes of this incident's products that :func:`units.require_in_use` refuses although no line names them."""
    declared = [codes.serial(article["serial_number"]) for article in incident.articles]
    return await units.off_contract(reader, incident.contract_number, declared, today)


async def lines(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    query = select(*ROW).join(Incident, Incident.number == Exchange.incident_number)
    return (await reader.execute(query.where(Exchange.incident_number == number).order_by(Exchange.line))).all()


async def line(reader: AsyncConnection, exchange_id: UUID) -> AnyRow | None:
    query = select(Exchange.__table__).where(Exchange.id == exchange_id)
    return (await reader.execute(query)).one_or_none()


async def facts(
    reader: AsyncConnection, exchange_ids: Sequence[UUID], *, for_sqp: bool
) -> Mapping[UUID, Sequence[AnyRow]]:
    """By line, in the order in which they happened."""
    query = select(ExchangeFact.__table__).where(ExchangeFact.exchange_id.in_(exchange_ids))
    if not for_sqp:
        query = query.where(ExchangeFact.sqp_only.is_(False))
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in (await reader.execute(query.order_by(ExchangeFact.at, ExchangeFact.id))).all():
        found[row.exchange_id].append(row)
    return found


async def shipments(
    reader: AsyncConnection, exchange_ids: Sequence[UUID]
) -> tuple[Mapping[UUID, Sequence[AnyRow]], Mapping[UUID, list[int]]]:
    """The parcels of each line, and the lines of each parcel."""
    query = (
        select(Shipment.__table__, shipment_lines.c.exchange_id, shipment_lines.c.unit, Exchange.line)
        .join(shipment_lines, shipment_lines.c.shipment_id == Shipment.id)
        .join(Exchange, Exchange.id == shipment_lines.c.exchange_id)
        .where(shipment_lines.c.exchange_id.in_(exchange_ids))
        .order_by(func.coalesce(Shipment.shipped_at, Shipment.prepared_at), Shipment.id, Exchange.line)
    )
    by_line: dict[UUID, list[AnyRow]] = defaultdict(list)
    by_parcel: dict[UUID, list[int]] = defaultdict(list)
    for row in (await reader.execute(query)).all():
        by_line[row.exchange_id].append(row)
        by_parcel[row.id].append(row.line)
    return by_line, by_parcel


async def statements(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    """Latest first."""
    query = select(Statement.__table__).where(Statement.incident_number == number)
    return (await reader.execute(query.order_by(Statement.id.desc()))).all()


async def count_overdue(
    reader: AsyncConnection, principal: Principal, reseller_id: UUID, today: date
) -> tuple[dict[Consequence, int], dict[Consequence, int]]:
    """Overdue returns that stand against exchanges of ``reseller_id``, by what follows: those that the caller sees,
    and all of them."""
    counted = repository.overdue(reseller_id, today)
    seen = counted.join(Incident, Incident.number == Exchange.incident_number).where(visible(Incident, principal))
    return dict((await reader.execute(seen)).all()), dict((await reader.execute(counted)).all())

"""The SQL of parcels: which there are, what is in them, and of which nothing more is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.exchange_steps import Carrier
from api.incidents.exchanges import ShipmentState
from events.exchange_words import Direction
from incidents.exchanges import machine, standing
from incidents.exchanges.models import Exchange, Shipment, shipment_lines
from incidents.exchanges.standing import Load
from web.text import codes

GOING: frozenset[ShipmentState] = frozenset({"prepared", "shipped"})
# What is asked for by telephone may leave before it is entered.
EARLY = timedelta(days=1)


async def get(session: AsyncSession, identifier: UUID) -> Shipment | None:
    return await session.get(Shipment, identifier)


async def of_line(session: AsyncSession, exchange_id: UUID, direction: Direction) -> Sequence[Shipment]:
    query = (
        select(Shipment)
        .join(shipment_lines, shipment_lines.c.shipment_id == Shipment.id)
        .where(shipment_lines.c.exchange_id == exchange_id, Shipment.direction == direction)
        .order_by(Shipment.prepared_at)
    )
    return (await session.scalars(query)).all()


async def loads(session: AsyncSession, line: Exchange) -> Sequence[Load]:
    """The parcels to the holder, oldest first, by how far they are and what they have in them for the line."""
    query = (
        select(Shipment.id, Shipment.state, shipment_lines.c.unit)
        .join(shipment_lines, shipment_lines.c.shipment_id == Shipment.id)
        .where(shipment_lines.c.exchange_id == line.id, Shipment.direction == "outbound")
        .order_by(Shipment.prepared_at)
    )
    return [Load(*row) for row in (await session.execute(query)).all()]


async def states_sent(session: AsyncSession, line: Exchange) -> list[ShipmentState]:
    """How far the parcels are that have in them what the line sends now."""
    code = codes.serial(standing.unit_sent(line) or "")
    return [load.state for load in await loads(session, line) if load.code in ("", code)]


async def last_delivered(session: AsyncSession, line: Exchange) -> Shipment | None:
    """Of the parcels that have in them what the line sends now."""
    ids = {each.shipment_id: each.code for each in await loads(session, line) if each.state == "delivered"}
    code = codes.serial(standing.unit_sent(line) or "")
    query = select(Shipment).where(Shipment.id.in_([each for each, held in ids.items() if held in ("", code)]))
    return await session.scalar(query.order_by(Shipment.delivered_at.desc()).limit(1))


async def load(session: AsyncSession, parcel: Shipment, lines: Sequence[Exchange]) -> None:
    is_out = parcel.direction == "outbound"
    rows = [
        {"shipment_id": parcel.id, "exchange_id": line.id, "unit": standing.unit_sent(line) if is_out else None}
        for line in lines
    ]
    await session.execute(insert(shipment_lines), rows)


async def relabel(session: AsyncSession, line: Exchange) -> None:
    """What the line's parcels that have not failed had in them is another unit than was said."""
    live = select(Shipment.id).where(Shipment.direction == "outbound", Shipment.state.not_in(machine.FAILED))
    of_line = (shipment_lines.c.exchange_id == line.id, shipment_lines.c.shipment_id.in_(live))
    await session.execute(update(shipment_lines).where(*of_line).values(unit=standing.unit_sent(line)))


async def unload(session: AsyncSession, parcel: Shipment, line: Exchange) -> None:
    of_both = (shipment_lines.c.shipment_id == parcel.id, shipment_lines.c.exchange_id == line.id)
    await session.execute(delete(shipment_lines).where(*of_both))


async def lines_of(session: AsyncSession, parcel: Shipment) -> Sequence[Exchange]:
    query = (
        select(Exchange)
        .join(shipment_lines, shipment_lines.c.exchange_id == Exchange.id)
        .where(shipment_lines.c.shipment_id == parcel.id)
        .order_by(Exchange.line)
    )
    return (await session.scalars(query)).all()


async def by_number(session: AsyncSession, carrier: Carrier, number: str, at: datetime) -> Sequence[Shipment]:
    """The parcels that a carrier's fact of ``at`` is about: those of this number that are going, as one box may hold
    returns of several incidents; otherwise the newest. Numbers are used again: a parcel that was prepared after ``at``
    is another, where there is an earlier one, and so is one whose exchange was asked for a day later. None is of no
    number."""
    if not number:
        return []
    earliest = at + EARLY
    query = (
        select(Shipment)
        .where(Shipment.tracking_number == number, Shipment.carrier.in_((carrier, "other")))
        .where(~exists().where(_of_parcel(), Exchange.requested_at > earliest))
        .order_by(Shipment.prepared_at.desc())
    )
    found = (await session.scalars(query)).all()
    known = [parcel for parcel in found if parcel.prepared_at <= at] or found
    return [parcel for parcel in known if parcel.state in GOING] or known[:1]


def _of_parcel() -> ColumnElement[bool]:
    return and_(shipment_lines.c.shipment_id == Shipment.id, Exchange.id == shipment_lines.c.exchange_id)


async def is_known(
    session: AsyncSession, incident: str, direction: Direction, carrier: Carrier, tracking_number: str
) -> bool:
    """Whether a parcel of this number is on its way, or has arrived, for the incident."""
    query = select(Shipment.id).where(
        Shipment.incident_number == incident,
        Shipment.direction == direction,
        Shipment.carrier == carrier,
        Shipment.tracking_number == tracking_number,
        Shipment.tracking_number != "",
        Shipment.state.not_in(machine.FAILED),
    )
    return await session.scalar(query.limit(1)) is not None


async def goes_the_other_way(session: AsyncSession, incident: str, direction: Direction, tracking_number: str) -> bool:
    """Whether the incident has a parcel of this number from SQP, where ``direction`` is to SQP, or the reverse."""
    outbound = Shipment.direction == "outbound"
    query = select(Shipment.id).where(
        Shipment.incident_number == incident,
        ~outbound if direction == "outbound" else outbound,
        Shipment.tracking_number == tracking_number,
        Shipment.tracking_number != "",
    )
    return await session.scalar(query.limit(1)) is not None


async def silent(session: AsyncSession, before: datetime, limit: int) -> Sequence[Shipment]:
    """Parcels that left before ``before`` and of which nothing is known since."""
    query = select(Shipment).where(
        Shipment.state == "shipped", Shipment.direction == "outbound", Shipment.shipped_at < before
    )
    return (await session.scalars(query.order_by(Shipment.shipped_at).limit(limit))).all()

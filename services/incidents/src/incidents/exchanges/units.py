"""Which units are in use, which are exchanged or promised, by their serial codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.locks import one_at_a_time
from chassis.sql import AnyRow, AnySelect
from events.incidents import Actor
from incidents.access import visible
from incidents.errors import SerialCredited, SerialLeft, SerialReplaced, SerialTakenBack
from incidents.exchanges import standing
from incidents.exchanges.errors import ExchangeUnderWay, ExchangeUnderWayElsewhere, ReplacementIsCovered
from incidents.exchanges.models import UNIT_CODE, Exchange, ExchangeFact, Shipment, shipment_lines
from incidents.models import CoveredContract, Incident
from web.text import codes
from web.text.codes import SERIAL_SQL

_IS_EXCHANGED = (Exchange.decision.in_(standing.OPEN), Exchange.cover != "returned")


async def lock(session: AsyncSession, code: str) -> None:
    """Waits for others that want the unit of this serial code."""
    await one_at_a_time(session, f"exchange {code}")


async def follower(session: AsyncSession, line: Exchange) -> Exchange | None:
    """The last line, of this incident or another, that exchanges the replacement of ``line``, or has done so."""
    if line.replacement_serial_number is None:
        return None
    code = codes.serial(line.replacement_serial_number)
    await lock(session, code)
    query = select(Exchange).where(_follows([code]), Exchange.requested_at >= line.reserved_at)
    return await session.scalar(query.order_by(Exchange.requested_at.desc()).limit(1))


def followers(serial_codes: Sequence[str]) -> Select[str, datetime]:
    """Which of these units are exchanged, or were, and since when; not where the exchange was taken back."""
    return select(Exchange.serial_code, Exchange.requested_at).where(_follows(serial_codes))


def _follows(serial_codes: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        Exchange.serial_code.in_(serial_codes),
        Exchange.decision.not_in(standing.TAKEN_BACK),
        Exchange.cover != "returned",
        # What was repaired, or had a part of it exchanged, is in use again.
        or_(Exchange.decision.in_(standing.OPEN), Exchange.cover.in_(standing.GONE)),
    )


async def is_exchanged(session: AsyncSession, serial: str) -> bool:
    """Whether a line exchanges the unit of this serial number now."""
    query = select(Exchange.id).where(Exchange.serial_code == codes.serial(serial), *_IS_EXCHANGED)
    return await session.scalar(query.limit(1)) is not None


async def require_no_open(session: AsyncSession, serial: str, by: Actor) -> None:
    """Raises ExchangeUnderWay if the unit of this serial number is being exchanged, with the incident if ``by`` sees
    it. The lock keeps another transaction from starting one until this one ends."""
    code = codes.serial(serial)
    await lock(session, code)
    query = (
        select(Incident.number, visible(Incident, by))
        .join(Exchange, Exchange.incident_number == Incident.number)
        .where(Exchange.serial_code == code, *_IS_EXCHANGED)
    )
    known = (await session.execute(query.limit(1))).first()
    if known is None:
        return
    number, is_shown = known
    if is_shown:
        raise ExchangeUnderWay(serial=serial, number=number, field="serial_number")
    raise ExchangeUnderWayElsewhere(serial=serial, field="serial_number")


async def covering(session: AsyncSession, code: str, day: date, *, but: str = "") -> str | None:
    """The contract in force on ``day``, other than ``but``, that covers the unit of this serial code."""
    query = select(CoveredContract.number).where(
        CoveredContract.serial_codes.contains([code]),
        CoveredContract.starts_on <= day,
        CoveredContract.warranty_ends_on >= day,
        CoveredContract.number != but,
    )
    return await session.scalar(query.limit(1))


async def require_uncovered(session: AsyncSession, contract: str, line: Exchange, day: date) -> None:
    """Raises ReplacementIsCovered where another contract has come to cover the replacement that is about to leave."""
    if line.replacement_code is None:
        return
    number = await covering(session, line.replacement_code, day, but=contract)
    if number is not None:
        raise ReplacementIsCovered(serial=line.replacement_serial_number, number=number)


async def uncover(session: AsyncSession, contract: str, code: str) -> None:
    """The contract covers the unit of this serial code no more: contracts, which this service hears of later, may say
    until then that it does."""
    covers = update(CoveredContract).where(CoveredContract.number == contract)
    await session.execute(covers.values(serial_codes=func.array_remove(CoveredContract.serial_codes, code)))


async def require_in_use(session: AsyncSession, contract: str, serial: str, day: date, field: str) -> None:
    """Raises SerialReplaced, SerialCredited, SerialTakenBack or SerialLeft: a unit that is in use no more, or on no
    contract, cannot be exchanged."""
    code = codes.serial(serial)
    lines = (await session.execute(of_units(contract, [code]))).all()
    line = standing.taken_out_of_use(code, lines)
    covered_by = await covering(session, code, day)
    # The line has said so before contracts has heard of it; what was taken back may have been sold anew.
    is_gone = line is not None and (line.cover in standing.GONE or line.contract_number == covered_by)
    if covered_by and not is_gone:
        return
    if line is None:
        if standing.came_by(code, lines) or not await off_contract(session, contract, [code], day):
            return
        if not await _was_chosen(session, contract, code):
            raise SerialLeft(serial=serial, number=contract, field=field)
    if line is None or line.replacement_code == code:
        raise SerialTakenBack(serial=serial, field=field)
    if line.cover == "credited":
        raise SerialCredited(serial=serial, day=f"{line.replaced_on:%d/%m/%Y}", field=field)
    raise SerialReplaced(
        serial=serial,
        replacement=line.replacement_serial_number,
        day=f"{line.replaced_on:%d/%m/%Y}",
        field=field,
    )


async def out_of_use(session: AsyncSession, contract: str, serial: str) -> AnyRow | None:
    """The line that took the unit of this serial number out of use; None where it is in use."""
    code = codes.serial(serial)
    return standing.taken_out_of_use(code, (await session.execute(of_units(contract, [code]))).all())


async def off_contract(
    reader: AsyncSession | AsyncConnection, contract: str, serial_codes: Sequence[str], day: date
) -> set[str]:
    """Which of these units the contract covers no more, nor does any other on ``day``: they were corrected or taken off
    it since, or given up as replacements."""
    held = (
        await reader.execute(select(CoveredContract.serial_codes).where(CoveredContract.number == contract))
    ).scalar()
    left = set(serial_codes) - set(held) if held is not None else set()
    covered = select(func.unnest(CoveredContract.serial_codes)).where(
        CoveredContract.serial_codes.overlap(list(left)),
        CoveredContract.starts_on <= day,
        CoveredContract.warranty_ends_on >= day,
    )
    return left - set((await reader.execute(covered)).scalars()) if left else left


async def _was_chosen(session: AsyncSession, contract: str, code: str) -> bool:
    """Whether the unit of this serial code was a replacement under the contract, if only for a while."""
    serial: ColumnElement[str] = literal_column(SERIAL_SQL.format(column="exchange_facts.data->>'serial'"), Text)
    query = (
        select(ExchangeFact.id)
        .join(Exchange, Exchange.id == ExchangeFact.exchange_id)
        .join(Incident, Incident.number == Exchange.incident_number)
        .where(Incident.contract_number == contract, ExchangeFact.step == "reserved", serial == code)
    )
    return await session.scalar(query.limit(1)) is not None


def of_units(contract: str, serial_codes: Sequence[str]) -> AnySelect:
    """The lines on which these units of a contract are exchanged, and those that these units came by. What was replaced
    or paid back under another contract of its client is out of use here, too."""
    query = select(*Exchange.__table__.columns, Incident.contract_number).join(
        Incident, Incident.number == Exchange.incident_number
    )
    client = select(CoveredContract.client_id).where(CoveredContract.number == contract).scalar_subquery()
    is_done = and_(Incident.client_id == client, Exchange.cover.in_(standing.GONE))
    is_here = or_(Incident.contract_number == contract, is_done)
    is_exchanged = and_(Exchange.serial_code.in_(serial_codes), is_here)
    return query.where(or_(is_exchanged, Exchange.replacement_code.in_(serial_codes)))


async def claimed_by(session: AsyncSession, code: str, but: UUID) -> Exchange | None:
    """The line, other than ``but``, that has reserved the unit of this serial code, or exchanges it as faulty, and is
    open; or that waits for the unit to come back from whom it was sent to; or whose holder has it to spare."""
    is_open = (Exchange.decision.in_(standing.OPEN), Exchange.id != but)
    is_awaited = and_(Exchange.replacement_return.in_(("expected", "in_transit")), Exchange.id != but)
    reserved = select(Exchange).where(Exchange.replacement_code == code, or_(and_(*is_open), is_awaited))
    faulty = select(Exchange).where(Exchange.serial_code == code, Exchange.cover != "returned", *is_open)
    to_spare = (
        select(Exchange)
        .where(Exchange.id.in_(spare(code)), Exchange.id != but, Exchange.serial_code != code)
        .where(Exchange.replacement_code.is_distinct_from(code))
    )
    for query in (reserved, faulty, to_spare):
        known = await session.scalar(query.limit(1))
        if known is not None:
            return known
    return None


def spare(code: str) -> Select[UUID]:
    """The lines of which a parcel brought the unit of this serial code to its holder; :func:`standing.is_spare` says
    whether another took its place."""
    return (
        select(shipment_lines.c.exchange_id)
        .join(Shipment, Shipment.id == shipment_lines.c.shipment_id)
        .where(Shipment.direction == "outbound", Shipment.state == "delivered", UNIT_CODE.in_([code]))
    )

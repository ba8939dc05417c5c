"""The order of work on parcels, by SQP's word and by carriers' facts. The incident's row is locked first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import shipments as parcels
from chassis import audit
from events.incidents import Actor
from incidents import following
from incidents.exchanges import (
    carriers,
    dispatch,
    machine,
    parcel_errors,
    parcel_repository,
    put_again,
    repeats,
    repository,
    shipping,
    units,
)
from incidents.exchanges.models import Shipment
from incidents.exchanges.scene import Scene
from incidents.exchanges.service import line_of, raise_any
from incidents.models import Incident
from incidents.service.loading import for_change
from web import clock


async def ship(session: AsyncSession, number: str, wanted: parcels.ShipmentCreate, by: Actor) -> Shipment:
    """Prepares a parcel for lines of an incident; with ``shipped`` it leaves at once."""
    incident = await for_change(session, number, by)
    now = clock.now()
    shipment = await _prepare(session, incident, wanted, uuid4(), by, now)
    if wanted.shipped:
        await _record(session, incident, shipment, parcels.ShipmentNews(state="shipped"), by, now)
    audit.name(session, f"{number} · {carriers.name(shipment.carrier, shipment.tracking_number)}")
    return shipment


async def put(session: AsyncSession, identifier: UUID, wanted: parcels.ShipmentPut, by: Actor) -> tuple[Shipment, bool]:
    """The back office's parcel; whether it is new. Sent again it changes nothing, with other news it moves on."""
    incident = await for_change(session, wanted.incident_number, by)
    now = clock.now()
    shipment = await parcel_repository.get(session, identifier)
    is_new = shipment is None
    if wanted.shipped and wanted.state == "prepared":
        wanted = wanted.model_copy(update={"state": "shipped"})
    report = repeats.digest(wanted)
    if shipment is None:
        if wanted.state == "recalled":
            raise parcel_errors.ShipmentNotFound
        shipment = await _prepare(session, incident, wanted, identifier, by, now)
    else:
        lines = await parcel_repository.lines_of(session, shipment)
        scene = Scene(session, incident, lines[0], by, now, now)
        is_repeated = await _is_repeated(session, shipment, report)
        is_changed = await put_again.take(scene, shipment, wanted, is_repeated=is_repeated)
        if is_repeated:
            if not is_changed:
                audit.skip(session)
            audit.name(
                session, f"{wanted.incident_number} · {carriers.name(shipment.carrier, shipment.tracking_number)}"
            )
            return shipment, False
        await shipping.correct(session, shipment, wanted.carrier, wanted.tracking_number)
    if wanted.state != "prepared" and not wanted.state == shipment.state == "recalled":
        await _require_true(session, incident, shipment, wanted.state)
        news = parcels.ShipmentNews(state=wanted.state, at=wanted.at)
        await _record(session, incident, shipment, news, by, now)
    shipment.reports = list(dict.fromkeys([*shipment.reports, report]))
    audit.name(session, f"{wanted.incident_number} · {carriers.name(shipment.carrier, shipment.tracking_number)}")
    return shipment, is_new


async def tell(session: AsyncSession, identifier: UUID, news: parcels.ShipmentNews, by: Actor) -> Shipment:
    """What a person knows of a parcel. Raises ShipmentNotFound, ParcelNotOnItsWay where it says nothing new, and what
    :func:`machine.recall_refusal` answers."""
    shipment = await parcel_repository.get(session, identifier)
    incident = await for_change(session, shipment.incident_number, by) if shipment else None
    if shipment is None or incident is None:
        raise parcel_errors.ShipmentNotFound
    await session.refresh(shipment)
    is_late = machine.is_late(shipment.state, news.state, is_presumed=shipment.is_presumed)
    if news.state != "recalled" and is_late and not _may_come_back(shipment, news):
        raise parcel_errors.ParcelNotOnItsWay(state=shipment.state)
    await _require_true(session, incident, shipment, news.state)
    await shipping.correct(session, shipment, news.carrier, news.tracking_number)
    audit.name(session, f"{incident.number} · {carriers.name(shipment.carrier, shipment.tracking_number)}")
    if not await _record(session, incident, shipment, news, by, clock.now()):
        raise parcel_errors.ParcelNotOnItsWay(state=shipment.state)
    return shipment


async def track(session: AsyncSession, facts: Sequence[parcels.CarrierFact], by: Actor) -> list[str]:
    """Facts of carriers, in whatever order: for each whether it was ``applied``, ``known`` already, or is of a parcel
    that is ``unknown``."""
    now = clock.now()
    found = [
        await parcel_repository.by_number(
            session, fact.carrier, carriers.tracking_number(fact.tracking_number), fact.at or now
        )
        for fact in facts
    ]
    numbers = {parcel.incident_number for of_fact in found for parcel in of_fact}
    incidents = {number: await repository.locked_incident(session, number) for number in sorted(numbers)}
    outcomes = []
    for fact, of_fact in zip(facts, found, strict=True):
        news, is_news = parcels.ShipmentNews(state=fact.state, at=fact.at), False
        for parcel in of_fact:
            incident = incidents[parcel.incident_number]
            assert incident is not None, "a parcel's incident is never deleted"
            await session.refresh(parcel)
            is_news |= await _record(session, incident, parcel, news, by, now)
        outcomes.append("applied" if is_news else "known" if of_fact else "unknown")
    return outcomes


async def _prepare(
    session: AsyncSession,
    incident: Incident,
    wanted: parcels.ShipmentCreate,
    identifier: UUID,
    by: Actor,
    now: datetime,
) -> Shipment:
    lines = [await line_of(session, incident.number, line) for line in sorted(set(wanted.lines))]
    shipment = await shipping.prepare(
        Scene(session, incident, lines[0], by, now, now),
        lines,
        identifier,
        wanted.direction,
        (wanted.carrier, wanted.tracking_number),
        wanted.address.model_dump() if wanted.address else None,
        ships=wanted.shipped,
        contact=wanted.contact,
        opening_hours=wanted.opening_hours,
        expected_on=wanted.expected_on,
    )
    await session.flush()
    await following.follow(session, incident, now)
    return shipment


async def _record(
    session: AsyncSession, incident: Incident, shipment: Shipment, news: parcels.ShipmentNews, by: Actor, now: datetime
) -> bool:
    """Nothing has happened later than now, or before the exchange was asked for, whatever a carrier's clock says.
    Raises BeforeItsExchange where it is days before: then it is of something else."""
    if by.user_id is None and machine.is_back(shipment.state, news.state):
        return False
    lines = await parcel_repository.lines_of(session, shipment)
    asked_at = min(line.requested_at for line in lines)
    if news.at is not None and news.at < asked_at - parcel_repository.EARLY:
        raise parcel_errors.BeforeItsExchange(day=f"{clock.day(asked_at):%d/%m/%Y}", field="at")
    scene = Scene(session, incident, lines[0], by, max(min(news.at or now, now), asked_at), now)
    if news.state == "recalled":
        is_news = await shipping.withdraw(scene, shipment, news.note)
    elif _may_come_back(shipment, news) and scene.at >= (shipment.delivered_at or scene.at):
        is_news = await shipping.take_spare_back(scene, shipment, news.note)
    else:
        is_news = await shipping.record(scene, shipment, news.state, news.note)
    await session.flush()
    await following.follow(session, incident, now)
    return is_news


def _may_come_back(shipment: Shipment, news: parcels.ShipmentNews) -> bool:
    is_arrived = shipment.direction == "outbound" and shipment.state == "delivered" and not shipment.is_presumed
    return is_arrived and news.state == "returned_to_sender"


async def _require_true(session: AsyncSession, incident: Incident, shipment: Shipment, said: parcels.Said) -> None:
    """Whatever SQP says of a parcel that was prepared says that it has left, unless it withdraws it."""
    if said == "recalled":
        raise_any(machine.recall_refusal(shipment.state, shipment.direction))
        return
    if shipment.direction != "outbound" or shipment.state != "prepared":
        return
    for line in await parcel_repository.lines_of(session, shipment):
        raise_any(machine.outbound_refusal(line, ships=True))
        await units.require_uncovered(session, incident.contract_number, line, clock.today())


async def _is_repeated(session: AsyncSession, shipment: Shipment, report: str) -> bool:
    """What was noted, and no more, of a delivery that is presumed may count by now."""
    if report not in shipment.reports:
        return False
    lines = await parcel_repository.lines_of(session, shipment)
    return not (shipment.is_presumed and await dispatch.may_unpresume(session, lines))

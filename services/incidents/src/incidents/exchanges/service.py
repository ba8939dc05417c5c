"""The order of work on exchanges: a request, a step, a parcel, a carrier's fact. The incident's row is locked first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import exchange_steps as steps
from api.incidents import shipments as parcels
from chassis import audit
from events.incidents import Actor
from incidents import following
from incidents.exchanges import (
    carriers,
    decisions,
    errors,
    machine,
    parcel_errors,
    parcel_repository,
    repeats,
    repository,
    returns,
    shipping,
)
from incidents.exchanges.labels import STATEMENT_VERSION
from incidents.exchanges.models import Exchange, Shipment, Statement, fresh
from incidents.exchanges.scene import Scene
from incidents.models import Incident
from incidents.service.loading import for_change
from incidents.states import OPEN
from web import clock
from web.errors import Problem
from web.http.preconditions import Precondition
from web.text import codes

Handler = Callable[[Scene, Any], Awaitable[None]]

HANDLERS: Mapping[steps.StepName, Handler] = {
    "approve": decisions.approve,
    "reject": decisions.reject,
    "cancel": decisions.cancel,
    "reserve": decisions.reserve,
    "out_of_stock": decisions.out_of_stock,
    "send_label": returns.send_label,
    "return_shipped": returns.return_shipped,
    "return_lost": returns.return_lost,
    "more_time": returns.more_time,
    "keep_disk": returns.keep_disk,
    "refuse_disk": returns.refuse_disk,
    "receive": returns.receive,
    "inspect": returns.inspect,
    "settle": returns.settle,
    "reverse": decisions.reverse,
    "receive_replacement": decisions.receive_replacement,
    "replacement_dead": decisions.replacement_dead,
    "close": decisions.close,
    "claim": decisions.claim,
}


async def request(session: AsyncSession, number: str, wanted: steps.ExchangeCreate, by: Actor) -> Exchange:
    """Asks for an exchange of a declared product; SQP approves it at once where it says so."""
    incident = await for_change(session, number, by)
    if incident.status not in OPEN:
        raise errors.IncidentNotOpen(number=number)
    if wanted.approve and by.organisation_kind != "sqp":
        raise errors.StepNotYours
    article = _declared(incident, wanted.serial_number)
    await repository.require_no_open(session, wanted.serial_number, by)
    now = clock.now()
    line = Exchange(
        id=uuid4(),
        incident_number=number,
        line=await repository.next_line(session, number),
        version=1,
        reseller_id=incident.reseller_id,
        designation=article["designation"],
        serial_number=article["serial_number"],
        product_reference=article["product_reference"],
        type=wanted.type,
        requested_at=now,
        **fresh(),
    )
    session.add(line)
    await session.flush()
    scene = Scene(session, incident, line, by, now, now)
    scene.tell("requested", wanted.note, type=line.type)
    if wanted.approve:
        await decisions.approve(scene, steps.Approve(step="approve", despite_overdue=wanted.despite_overdue))
    await following.follow(session, incident, now)
    audit.name(session, f"{number} · {line.serial_number}")
    return line


async def take(
    session: AsyncSession,
    number: str,
    line_number: int,
    wanted: steps.Step,
    by: Actor,
    precondition: Precondition | None,
) -> Exchange:
    """One step on a line. Without ``precondition`` (the back office) a repeated step changes nothing."""
    incident = await for_change(session, number, by)
    line = await _line(session, number, line_number)
    if not machine.may(by.organisation_kind, wanted.step):
        raise errors.StepNotYours
    audit.name(session, f"{number} · {line.serial_number} · {wanted.step}")
    await perform(session, incident, line, wanted, by, precondition)
    return line


async def perform(
    session: AsyncSession,
    incident: Incident,
    line: Exchange,
    wanted: steps.Step,
    by: Actor,
    precondition: Precondition | None,
) -> None:
    """Of a locked incident. What is refused now is told before that the page is out of date."""
    if precondition is None and repeats.is_repeated(wanted, line):
        audit.skip(session)
        return
    _raise(machine.refusal(wanted.step, line))
    if wanted.step == "approve" and incident.status not in OPEN:
        raise errors.IncidentNotOpen(number=incident.number)
    if precondition is not None:
        precondition.check(line.version)
    now = clock.now()
    await HANDLERS[wanted.step](Scene(session, incident, line, by, now, now), wanted)
    await session.flush()
    await following.follow(session, incident, now)


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
    if shipment is None:
        shipment = await _prepare(session, incident, wanted, identifier, by, now)
    elif not await _is_of(session, shipment, wanted):
        raise parcel_errors.ShipmentElsewhere
    else:
        shipping.correct(shipment, wanted.carrier, wanted.tracking_number)
    if wanted.state != "prepared":
        await _require_leaving(session, shipment)
        news = parcels.ShipmentNews(state=wanted.state, at=wanted.at)
        await _record(session, incident, shipment, news, by, now)
    audit.name(session, f"{wanted.incident_number} · {carriers.name(shipment.carrier, shipment.tracking_number)}")
    return shipment, is_new


async def tell(session: AsyncSession, identifier: UUID, news: parcels.ShipmentNews, by: Actor) -> Shipment:
    """What a person knows of a parcel. Raises ShipmentNotFound, ParcelNotOnItsWay where it says nothing new."""
    shipment = await parcel_repository.get(session, identifier)
    incident = await for_change(session, shipment.incident_number, by) if shipment else None
    if shipment is None or incident is None:
        raise parcel_errors.ShipmentNotFound
    await session.refresh(shipment)
    if machine.is_late(shipment.state, news.state):
        raise parcel_errors.ParcelNotOnItsWay(state=shipment.state)
    await _require_leaving(session, shipment)
    shipping.correct(shipment, news.carrier, news.tracking_number)
    audit.name(session, f"{incident.number} · {carriers.name(shipment.carrier, shipment.tracking_number)}")
    await _record(session, incident, shipment, news, by, clock.now())
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


async def state(session: AsyncSession, number: str, wanted: steps.Statement, by: Actor) -> None:
    """What the holder states before a product leaves. It replaces nothing that was stated before; the same again says
    nothing new."""
    incident = await for_change(session, number, by)
    incident.require_going()
    stated = Statement(
        incident_number=number,
        at=clock.now(),
        user_id=by.user_id,
        user_name=by.name,
        organisation_kind=by.organisation_kind,
        text_version=STATEMENT_VERSION,
        answers=wanted.model_dump(),
    )
    last = await repository.last_statement(session, number)
    if last is None or not last.says_the_same(stated):
        session.add(stated)


async def _prepare(
    session: AsyncSession,
    incident: Incident,
    wanted: parcels.ShipmentCreate,
    identifier: UUID,
    by: Actor,
    now: datetime,
) -> Shipment:
    lines = [await _line(session, incident.number, line) for line in sorted(set(wanted.lines))]
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
    lines = await parcel_repository.lines_of(session, shipment)
    asked_at = min(line.requested_at for line in lines)
    if news.at is not None and news.at < asked_at - parcel_repository.EARLY:
        raise parcel_errors.BeforeItsExchange(day=f"{clock.day(asked_at):%d/%m/%Y}", field="at")
    scene = Scene(session, incident, lines[0], by, max(min(news.at or now, now), asked_at), now)
    is_news = await shipping.record(scene, shipment, news.state, news.note)
    await session.flush()
    await following.follow(session, incident, now)
    return is_news


async def _require_leaving(session: AsyncSession, shipment: Shipment) -> None:
    """Whatever SQP says of a parcel that was prepared says that it has left."""
    if shipment.direction != "outbound" or shipment.state != "prepared":
        return
    for line in await parcel_repository.lines_of(session, shipment):
        _raise(machine.outbound_refusal(line, ships=True))


async def _is_of(session: AsyncSession, shipment: Shipment, wanted: parcels.ShipmentPut) -> bool:
    lines = {line.line for line in await parcel_repository.lines_of(session, shipment)}
    return shipment.incident_number == wanted.incident_number and lines == set(wanted.lines)


async def _line(session: AsyncSession, number: str, line: int) -> Exchange:
    found = await repository.line(session, number, line)
    if found is None:
        raise errors.ExchangeNotFound
    return found


def _declared(incident: Incident, serial: str) -> dict[str, str]:
    code = codes.serial(serial)
    article = next((each for each in incident.articles if codes.serial(each["serial_number"]) == code), None)
    if article is None:
        raise errors.SerialNotDeclared(serial=serial, number=incident.number, field="serial_number")
    return article


def _raise(problem: Problem | None) -> None:
    if problem is not None:
        raise problem

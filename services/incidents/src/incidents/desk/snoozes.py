"""An incident is put off until a morning, and taken up again before; a party that writes brings it back by itself."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import Actor
from incidents.desk import service
from incidents.desk.errors import NothingToPutOff, NotPutOff, PromiseComesFirst, PutOffTooFar
from incidents.desk.models import DeskAct, DeskItem
from incidents.desk.rule import morning_of
from incidents.models import Incident
from incidents.promises import repository as promises
from web import clock

LONGEST = timedelta(days=366)


async def put_off(session: AsyncSession, incident: Incident, on: date | None, note: str, by: Actor) -> DeskItem:
    """Until nine o'clock of ``on``, or of the next working day. The incident is locked. Raises TakenAlready where a
    colleague has it."""
    item = await service.locked_item(session, incident.number)
    service.require_free(item, by)
    now = clock.now()
    if item.action is None:
        raise NothingToPutOff(number=incident.number)
    day = on or (await promises.terms(session)).days.after(clock.day(now))
    _check(day, clock.day(now), item.promised_on)
    item.snoozed_at, item.snoozed_until = now, morning_of(day)
    session.add(DeskAct.of(item, "snooze", by, now, note=note, until=day))
    return await service.changed(session, incident, item, now)


async def wake(session: AsyncSession, incident: Incident, by: Actor) -> DeskItem:
    """Before its time. The incident is locked."""
    item = await service.locked_item(session, incident.number)
    service.require_free(item, by)
    now = clock.now()
    if item.snoozed_until is None or item.snoozed_until <= now:
        raise NotPutOff(number=incident.number)
    item.snoozed_at = item.snoozed_until = None
    session.add(DeskAct.of(item, "wake", by, now))
    return await service.changed(session, incident, item, now)


def _check(day: date, today: date, promised_on: date | None) -> None:
    first, last = today + timedelta(days=1), today + LONGEST
    if not first <= day <= last:
        raise PutOffTooFar(first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}", field="on")
    if promised_on is not None and day > promised_on:
        raise PromiseComesFirst(day=f"{promised_on:%d/%m/%Y}", field="on")

"""SQP reminds the side whose answer it waits for: the incident comes back after as many working days as before."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from events.desk import Awaited
from events.incidents import Actor
from incidents import event_mapper
from incidents.desk import awaited, service
from incidents.desk.errors import NothingAwaited
from incidents.desk.models import DeskAct
from incidents.models import Incident
from incidents.pending import service as pending
from web import clock


async def remind(session: AsyncSession, incident: Incident, by: Actor) -> None:
    """The incident is locked. Raises NothingAwaited, AnswerFirst, RemindedLately, NobodyToRemind."""
    party = await remind_among(session, incident, by)
    said = (await awaited.asked(session, [incident.number]))[incident.number]
    outbox.add(session, event_mapper.answer_reminded(incident, by, clock.now(), party, said.of(party)))


async def remind_among(session: AsyncSession, incident: Incident, by: Actor) -> Awaited:
    """One of many, locked: the job tells people of all of them together. Who was reminded."""
    # What its author has just written comes before, as it may be what is asked.
    await pending.leave(session, incident, by)
    item = await service.locked_item(session, incident.number)
    now = clock.now()
    refused = awaited.refusal(incident, item, now)
    party = awaited.party(incident, item)
    if refused is not None or party is None:
        raise refused or NothingAwaited(number=incident.number)
    unread = awaited.unless_read(incident, party, await awaited.readers(session, awaited.parties(incident)))
    if unread is not None:
        raise unread
    name = incident.client_name if party == "client" else incident.reseller_name
    session.add(DeskAct.of(item, "remind", by, now, to=(None, name)))
    item.reminded_at = now
    incident.bump_revision()
    await service.changed(session, incident, item, now)
    return party

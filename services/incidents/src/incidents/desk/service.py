"""The order of work at the desk: the queue follows its incidents, and people take, hand over, pass and give back.

Who changes an incident locks it, then its item; who only assigns locks items alone.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.desk import Act
from chassis import audit
from chassis.messaging import outbox
from events.desk import IncidentAssigned
from events.incidents import Actor
from incidents.desk import queries, repository, rule
from incidents.desk.errors import NotAtTheDesk, NothingToSettle, NotYoursToRelease, ReasonNeeded, TakenAlready
from incidents.desk.models import DeskAct, DeskItem
from incidents.desk.queries import Wanted
from incidents.errors import IncidentNotFound
from incidents.event_mapper import PLATFORM
from incidents.models import Incident
from incidents.promises import repository as promises
from web import clock

AT_ONCE = 500
# Actions that only check on another side: an agent may settle them to go on waiting.
MAY_SETTLE = ("answer", "remind", "check")


async def follow(session: AsyncSession, incident: Incident, at: datetime) -> None:
    """Computes the next action again after a change of the incident, whose row must be locked."""
    await session.flush()
    item = await repository.item(session, incident.number)
    if item is None:
        item = DeskItem(
            incident_number=incident.number,
            number_key=incident.number_key,
            reseller_id=incident.reseller_id,
            service_level=incident.service_level,
            declared_at=incident.declared_at,
            changes=0,
            version=1,
        )
        session.add(item)
    await recount(session, incident, item, at)
    item.changes += 1


async def recount(session: AsyncSession, incident: Incident, item: DeskItem, at: datetime) -> None:
    """Computes the next action. An incident that was merged into another has none: the other's counts for both."""
    with session.no_autoflush:
        facts = await repository.facts(session, incident, item)
        terms = await promises.terms(session)
    item.status, item.revision = incident.status, incident.revision
    item.promised_on, item.unanswered_since = facts.promised_on, facts.unanswered_since
    item.spoken_at, item.moved_at = facts.spoken_at, facts.moved_at
    item.set_next(None if incident.merged_into else rule.next_action(facts, at, terms.days), at)
    item.waiting_key = rule.waiting_key(facts, item.action_at) if item.action_at else None


async def catch_up(session: AsyncSession) -> int:
    """Follows incidents that changed without the desk, at most 500 a call; how many."""
    behind = await repository.left_behind(session, AT_ONCE)
    for incident in behind:
        await follow(session, incident, clock.now())
    return len(behind)


async def take(session: AsyncSession, number: str, by: Actor) -> DeskItem:
    """Raises TakenAlready where a colleague has it."""
    item = await locked_item(session, number)
    require_free(item, by)
    return _assign(session, item, "take", by, (by.user_id, by.name))


async def take_next(session: AsyncSession, wanted: Wanted, by: Actor, leaving: str | None) -> DeskItem | None:
    """None where nothing of the view is due and free but the incident that is left."""
    assert by.user_id is not None, "the route lets people in only"
    now = clock.now()
    item = await repository.give_next(session, queries.first_for(by.user_id, wanted, now, leaving), by, now)
    if item is None:
        audit.skip(session)
        return None
    audit.name(session, item.incident_number)
    if item.assigned_at == now:
        session.add(DeskAct.of(item, "next", by, now))
        tell(session, item, now)
    return item


async def assign(session: AsyncSession, number: str, to: UUID, note: str, by: Actor) -> DeskItem:
    """Assigns it to a colleague or to oneself. Raises NotAtTheDesk, and ReasonNeeded if it is assigned to another
    colleague and there is no note."""
    item = await locked_item(session, number)
    person = await repository.colleague(session, to, by.organisation_id)
    if person is None:
        raise NotAtTheDesk(field="user_id")
    if item.assignee_id not in (None, by.user_id, to) and not note:
        raise ReasonNeeded(number=number, name=item.assignee_name, field="note")
    return _assign(session, item, "assign", by, (person.id, person.name), note)


async def release(session: AsyncSession, number: str, note: str, by: Actor) -> DeskItem:
    """Raises NotYoursToRelease."""
    item = await locked_item(session, number)
    if item.assignee_id != by.user_id:
        raise NotYoursToRelease(number=number)
    now = clock.now()
    session.add(DeskAct.of(item, "release", by, now, note=note))
    item.release()
    tell(session, item, now)
    return item


async def skip(session: AsyncSession, number: str, reason: str, by: Actor) -> DeskItem:
    """Hidden from ``by`` until the incident changes, and free for the others."""
    item = await locked_item(session, number)
    now = clock.now()
    session.add(DeskAct.of(item, "skip", by, now, note=reason))
    if item.assignee_id == by.user_id:
        item.release()
    else:
        item.version += 1
    tell(session, item, now)
    return item


async def settle(session: AsyncSession, incident: Incident, by: Actor) -> DeskItem:
    """Notes that nothing is to be done now; counts like a message of SQP. The incident is locked. Raises
    NothingToSettle, and TakenAlready where a colleague has it."""
    item = await locked_item(session, incident.number)
    require_free(item, by)
    if item.action not in MAY_SETTLE:
        raise NothingToSettle(number=incident.number)
    now = clock.now()
    session.add(DeskAct.of(item, "settle", by, now))
    item.settled_at = now
    return await changed(session, incident, item, now)


async def changed(session: AsyncSession, incident: Incident, item: DeskItem, now: datetime) -> DeskItem:
    """What is next on it, anew: what a person did at the desk counts for that."""
    await recount(session, incident, item, now)
    item.changes += 1
    item.version += 1
    tell(session, item, now)
    return item


async def absent(session: AsyncSession, user_id: UUID | None, note: str, by: Actor) -> int:
    """Unassigns all that the person has; returns how many."""
    return await _give_back(session, user_id or by.user_id, "absent", by, note)


async def has_left(session: AsyncSession, user_id: UUID) -> None:
    """Unassigns all of a person who was disabled or lost the right to write."""
    await _give_back(session, user_id, "left", PLATFORM, "")


async def _give_back(session: AsyncSession, user_id: UUID | None, act: Act, by: Actor, note: str) -> int:
    assert user_id is not None, "the route lets people in only"
    now = clock.now()
    held = await repository.held_by(session, user_id)
    for item in held:
        to = (user_id, item.assignee_name)
        session.add(DeskAct.of(item, act, by, now, to=to, note=note))
        item.release()
        tell(session, item, now)
    return len(held)


def _assign(
    session: AsyncSession, item: DeskItem, act: Act, by: Actor, to: tuple[UUID | None, str], note: str = ""
) -> DeskItem:
    user_id, name = to
    assert user_id is not None, "the route lets people in only"
    now = clock.now()
    is_news = item.assignee_id != user_id
    if is_news or note:
        session.add(DeskAct.of(item, act, by, now, to=to, note=note))
    else:
        audit.skip(session)
    item.assign(user_id, name, now)
    if act == "take":
        item.give(now)
    tell(session, item, now)
    return item


async def locked_item(session: AsyncSession, number: str) -> DeskItem:
    item = await repository.item(session, number)
    if item is None:
        raise IncidentNotFound(number=number)
    return item


def require_free(item: DeskItem, by: Actor) -> None:
    if item.assignee_id not in (None, by.user_id):
        raise TakenAlready(number=item.incident_number, name=item.assignee_name)


def tell(session: AsyncSession, item: DeskItem, at: datetime) -> None:
    outbox.add(session, IncidentAssigned(version=item.version, number=item.incident_number, at=at))

"""From rows to answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents import desk as schemas
from chassis.sql import AnyRow
from events.incidents import PendingReason
from incidents.desk import awaited, labels, queries
from incidents.desk.rule import PATIENCE, start_of
from incidents.labels import PLATFORM, STATUS
from incidents.merging import views as merge_views
from incidents.promises import repository as promises
from incidents.promises import views as promise_views
from incidents.promises.working_days import A_DAY, WorkingDays
from web import clock
from web.auth.principal import Principal
from web.clock import PARIS
from web.i18n import Language

AWAITED: dict[PendingReason, schemas.Turn] = {
    "waiting_reseller": "reseller",
    "waiting_client": "client",
    "stock": "stock",
    "maker": "maker",
    "carrier": "carrier",
    "other": "other",
}
OPEN = ("new", "in_diagnosis", "pending", "exchange")
ACTS_SHOWN = 20


class Desk:
    """Rows as one reader sees them at one moment."""

    def __init__(self, principal: Principal, days: WorkingDays, language: Language) -> None:
        self._principal = principal
        self._days = days
        self._language = language
        self._now = clock.now()
        # Working days since a day: rows that stand together often begin on the same.
        self._passed: dict[date, int] = {}

    async def rows(self, reader: AsyncConnection, found: Sequence[AnyRow]) -> list[schemas.DeskRow]:
        numbers = [row.incident_number for row in found]
        items, incidents = await queries.items(reader, numbers), await queries.rows_of(reader, numbers)
        promised = await promises.rows(reader, numbers)
        return [self._row(items[number], incidents[number], promised) for number in numbers]

    async def item(
        self, reader: AsyncConnection, found: AnyRow, linked: list[schemas.LinkedIncident]
    ) -> schemas.DeskItem:
        incident = (await queries.rows_of(reader, [found.incident_number]))[found.incident_number]
        promised = await promises.rows(reader, [found.incident_number])
        acts = await queries.acts(reader, found.incident_number, ACTS_SHOWN)
        people = await queries.people(reader, self._principal.organisation_id, self._now)
        awaiting = await self._awaiting(reader, incident, found)
        colleagues = [schemas.Colleague(user_id=each.id, name=each.name) for each in people if each.name]
        return schemas.DeskItem(
            **self._state(found, incident, promised.get(found.incident_number)),
            acts=[self._act(each) for each in acts],
            links=linked,
            merges=await merge_views.merges(reader, found.incident_number),
            colleagues=sorted(colleagues, key=lambda each: each.name),
            may_write=self._principal.is_administrator,
            awaiting=awaiting,
        )

    async def _awaiting(self, reader: AsyncConnection, incident: AnyRow, item: AnyRow) -> schemas.Awaiting | None:
        party = awaited.party(incident, item)
        if party is None or awaited.unless_awaited(incident, item) is not None:
            return None
        said = (await awaited.asked(reader, [incident.number]))[incident.number]
        known = await awaited.readers(reader, awaited.parties(incident))
        refused = awaited.refusal(incident, item, self._now) or awaited.unless_read(incident, party, known)
        return schemas.Awaiting(
            party=party,
            name=incident.client_name if party == "client" else incident.reseller_name,
            asked=said.of(party),
            reminded_at=item.reminded_at,
            may_remind=refused is None,
        )

    def _row(self, item: AnyRow, incident: AnyRow, promised: dict[str, AnyRow]) -> schemas.DeskRow:
        promise = promised.get(item.incident_number)
        return schemas.DeskRow(
            **self._state(item, incident, promise),
            title=incident.title,
            status=incident.status,
            status_label=STATUS[incident.status][self._language],
            pending_reason=incident.pending_reason,
            product_reference=incident.product_reference,
            serial_number=incident.serial_number,
            reseller=incident.reseller_name,
            reseller_id=incident.reseller_id,
            client=incident.client_name,
            service_level=incident.service_level,
            declared_at=incident.declared_at,
            promise=promise_views.badge(promise, incident.status, self._language),
        )

    def _state(self, item: AnyRow, incident: AnyRow, promise: AnyRow | None) -> dict[str, Any]:
        turn = _turn(item, incident.pending_reason, self._now)
        is_said = item.last_message_at is not None
        snoozed_until = item.snoozed_until if item.snoozed_until and item.snoozed_until > self._now else None
        action = labels.ACTION[item.action] if item.action else labels.NO_ACTION
        assignee = schemas.Colleague(user_id=item.assignee_id, name=item.assignee_name) if item.assignee_id else None
        return {
            "number": item.incident_number,
            "action": item.action,
            "action_label": action[self._language],
            "action_at": item.action_at,
            "urgency": _urgency(item, promise, self._now),
            "turn": turn,
            "turn_label": labels.TURN[turn][self._language],
            "unanswered_since": item.unanswered_since,
            "last_message": schemas.LastMessage(at=item.last_message_at, kind=item.last_message_kind)
            if is_said
            else None,
            "assignee": assignee,
            "assigned_at": item.assigned_at,
            "is_mine": item.assignee_id is not None and item.assignee_id == self._principal.user_id,
            "stuck_for": self._stuck_for(item),
            "snoozed_until": snoozed_until,
            "is_snoozed": snoozed_until is not None and item.action_at == snoozed_until,
        }

    def _stuck_for(self, item: AnyRow) -> int:
        """Of an open incident on which SQP has something to do, and nothing has moved or been said."""
        if item.status not in OPEN or item.action_at is None or item.action_at > self._now:
            return 0
        known = (item.moved_at, item.spoken_at, item.last_message_at)
        last = clock.day(max(each for each in known if each is not None))
        if last not in self._passed:
            self._passed[last] = self._days.between(last + A_DAY, clock.day(self._now) + A_DAY)
        passed = self._passed[last]
        return passed if passed > PATIENCE else 0

    def _act(self, row: AnyRow) -> schemas.DeskAct:
        by = row.by_name if row.by_id else PLATFORM[self._language]
        sentence = labels.ACT[row.act][self._language].format(
            by=by, to=row.to_name, until=f"{row.until:%d/%m/%Y}" if row.until else ""
        )
        return schemas.DeskAct(act=row.act, sentence=sentence, at=row.at, by_name=by, note=row.note)


def _turn(item: AnyRow, reason: PendingReason | None, now: datetime) -> schemas.Turn:
    """Who is awaited, from SQP's side: of what SQP reminds of, who is to be reminded."""
    if item.action is None:
        return "nobody"
    if item.action == "chase_return":
        return "holder"
    if item.status == "pending" and item.action in ("remind", "check") and reason:
        return AWAITED[reason]
    if item.action == "remind":
        return "reseller"
    return "carrier" if item.action == "check" and item.action_at > now else "sqp"


def _urgency(item: AnyRow, promise: AnyRow | None, now: datetime) -> schemas.Urgency | None:
    """As the queue is ordered (:func:`incidents.desk.queries.urgency`)."""
    if item.action_at is None:
        return None
    if item.action_at > now:
        return schemas.Urgency(kind="later", at=item.action_at)
    today, promised = clock.day(now), item.promised_on
    if promised is not None and promised < today:
        return schemas.Urgency(kind="promise_overdue", at=start_of(promised + A_DAY))
    if promised == today:
        cutoff: time = promise.cutoff if promise is not None else time(16)
        return schemas.Urgency(kind="promise_today", at=datetime.combine(today, cutoff, PARIS))
    if item.unanswered_since is not None:
        return schemas.Urgency(kind="waiting", at=item.unanswered_since)
    if item.status == "new":
        return schemas.Urgency(kind="new", at=item.declared_at)
    return schemas.Urgency(kind="due", at=item.action_at)


def people(rows: Sequence[AnyRow], unassigned: int, levels: Sequence[str], me: UUID | None) -> schemas.DeskPeople:
    shown = [
        schemas.Workload(user_id=row.id, name=row.name, due=row.due, later=row.later, is_me=row.id == me)
        for row in rows
        if row.name or row.due or row.later
    ]
    return schemas.DeskPeople(
        items=sorted(shown, key=lambda each: (-each.due, -each.later, each.name)),
        unassigned=unassigned,
        service_levels=list(levels),
    )

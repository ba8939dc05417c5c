"""Whose answer SQP waits for on an incident, what it was asked, and why it may not be reminded now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from events.desk import Awaited
from events.incidents import PendingReason
from incidents.desk.errors import AnswerFirst, NobodyToRemind, NothingAwaited, RemindedLately
from incidents.desk.models import DeskItem
from incidents.event_mapper import excerpt
from incidents.models import HistoryEntry, Incident, Message, Organisation, User
from web.clock import PARIS
from web.errors import Conflict

# From one reminder to the next.
AT_LEAST = timedelta(days=1)
PARTY: Mapping[PendingReason, Awaited] = {"waiting_reseller": "reseller", "waiting_client": "client"}


@dataclass(frozen=True)
class Asked:
    """What SQP last said to the parties of an incident: the note of its last move, which both read, and the last
    message of the thread with the reseller, who alone reads it, where that is SQP's."""

    note: str = ""
    moved_at: datetime | None = None
    message: str = ""
    written_at: datetime | None = None

    def of(self, party: Awaited) -> str:
        """As this side reads it, in one line."""
        is_later = self.written_at is not None and (self.moved_at is None or self.written_at >= self.moved_at)
        is_message = party == "reseller" and self.message and (is_later or not self.note)
        return excerpt(self.message if is_message else self.note)


def party(incident: Incident | AnyRow, item: DeskItem | AnyRow) -> Awaited | None:
    """Of an incident on hold it is who its reason names; in diagnosis the reseller, once SQP has written and has no
    reply. The client writes to the reseller alone, so that SQP never learns of its answer by itself."""
    if incident.status == "pending":
        return PARTY.get(incident.pending_reason) if incident.pending_reason else None
    written_at = item.last_message_at if item.last_message_kind == "sqp" else None
    is_asked = written_at is not None and written_at > item.moved_at
    return "reseller" if incident.status == "in_diagnosis" and is_asked else None


def unless_awaited(incident: Incident | AnyRow, item: DeskItem | AnyRow) -> Conflict | None:
    """Why there is no side to remind; None if there is one."""
    awaited = party(incident, item)
    if awaited is None or (awaited == "client" and incident.client_id is None):
        return NothingAwaited(number=incident.number)
    if awaited == "reseller" and item.unanswered_since is not None:
        return AnswerFirst(number=incident.number, at=_moment(item.unanswered_since))
    return None


def refusal(incident: Incident | AnyRow, item: DeskItem | AnyRow, now: datetime) -> Conflict | None:
    """Why a reminder is refused for now; None if it may be sent."""
    refused = unless_awaited(incident, item)
    if refused is None and item.reminded_at is not None and now < item.reminded_at + AT_LEAST:
        again = _moment(item.reminded_at + AT_LEAST)
        return RemindedLately(number=incident.number, at=_moment(item.reminded_at), again=again)
    return refused


def parties(*incidents: Incident | AnyRow) -> set[UUID | None]:
    return {each for one in incidents for each in (one.reseller_id, one.client_id)}


async def readers(reader: AsyncConnection | AsyncSession, organisation_ids: Collection[UUID | None]) -> set[UUID]:
    """Which of these organisations somebody answers for: their administrators are told of a reminder."""
    closed = exists().where(Organisation.id == User.organisation_id, Organisation.portal_access.is_(False))
    # Of people of before the upgrade that added it, the role is not known.
    is_told = (User.status == "active", User.role.in_(("administrator", "")))
    query = select(User.organisation_id).where(User.organisation_id.in_(organisation_ids), *is_told, ~closed)
    return set((await reader.execute(query.distinct())).scalars())


def unless_read(incident: Incident | AnyRow, party: Awaited, known: Collection[UUID]) -> Conflict | None:
    """Why a reminder would reach nobody; ``known``: whom :func:`readers` found."""
    is_client = party == "client"
    if (incident.client_id if is_client else incident.reseller_id) in known:
        return None
    return NobodyToRemind(name=incident.client_name if is_client else incident.reseller_name)


async def asked(reader: AsyncConnection | AsyncSession, numbers: Sequence[str]) -> dict[str, Asked]:
    """Of each of these incidents."""
    of = HistoryEntry.incident_number
    moves = select(of, HistoryEntry.note, HistoryEntry.at).where(of.in_(numbers)).ext(distinct_on(of))
    moved = {row[0]: row for row in await reader.execute(moves.order_by(of, HistoryEntry.id.desc()))}
    about = Message.incident_number
    in_thread = (about.in_(numbers), Message.thread == "sqp")
    messages = select(about, Message.body, Message.at, Message.organisation_kind).where(*in_thread)
    newest = messages.ext(distinct_on(about)).order_by(about, Message.position.desc())
    wrote = {row[0]: row for row in await reader.execute(newest)}
    return {number: _asked(moved.get(number), wrote.get(number)) for number in numbers}


def _asked(move: AnyRow | None, message: AnyRow | None) -> Asked:
    said = Asked(move.note, move.at) if move else Asked()
    if message is None or message.organisation_kind != "sqp":
        return said
    return replace(said, message=message.body, written_at=message.at)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d/%m/%Y, %H:%M}"

"""The order of work: an incident is merged into another, and parted from it again.

Both incidents are locked, then the items of both at the desk, each in the order of their numbers, as all who lock
several do: two merges that cross wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import Actor, Status
from incidents import event_mapper, feed, states
from incidents.desk import rule
from incidents.desk import service as desk
from incidents.desk.errors import OtherNotFound
from incidents.desk.models import DeskItem
from incidents.errors import IncidentNotFound
from incidents.exchanges import repository as exchanges
from incidents.exchanges import standing
from incidents.merging import repository
from incidents.merging.errors import (
    ExchangeUnderWay,
    MergedWithItself,
    NotBothOpen,
    NotMerged,
    NotOfTheSame,
    PromiseLost,
    TookOneIn,
    TooLateToPart,
)
from incidents.merging.models import Merge
from incidents.models import Incident
from incidents.pending import service as pending
from incidents.promises import repository as promises
from incidents.service.loading import for_change
from web import clock
from web.text import codes


@dataclass(frozen=True)
class Pair:
    """Locked, with the source's item and the people who have either of the two."""

    source: Incident
    target: Incident
    item: DeskItem
    by: Actor
    agents: frozenset[UUID]


async def merge(session: AsyncSession, number: str, target: str, by: Actor) -> None:
    """``number`` is over, and read in ``target`` from now on. Raises what is in ``errors.py``, and Merged."""
    if number == target:
        raise MergedWithItself(field="number")
    try:
        pair = await _locked(session, number, target, by)
    except IncidentNotFound as missing:
        if missing.members["number"] == target:
            raise OtherNotFound(number=target, field="number") from None
        raise
    await pending.leave(session, pair.source, by)
    await _check(session, pair.source, pair.target)
    at = clock.now()
    source, item = pair.source, pair.item
    session.add(
        Merge(
            source_number=number,
            target_number=target,
            at=at,
            by_id=by.user_id,
            by_name=by.name,
            source_status=source.status,
            source_reason=source.pending_reason,
            target_status=pair.target.status,
            action=item.action,
            action_at=item.action_at,
        )
    )
    promise = await promises.find(session, number)
    if promise is not None and promise.fulfilled_at is None:
        promise.pause(at)
    previous = source.status
    source.merge(target)
    await _follow(session, pair, previous, at)


async def part(session: AsyncSession, number: str, by: Actor) -> None:
    """``number`` is again what it was before it was merged. Raises NotMerged, TooLateToPart."""
    target = await repository.target_of(session, number)
    if target is None:
        raise NotMerged(number=number)
    pair = await _locked(session, number, target, by)
    merged = await repository.current(session, number)
    if merged is None or merged.target_number != target:
        raise NotMerged(number=number)
    at = clock.now()
    if at >= merged.undo_until:
        raise TooLateToPart(number=number, target=target)
    merged.undone_at, merged.undone_by_id, merged.undone_by_name = at, by.user_id, by.name
    promise = await promises.find(session, number)
    if promise is not None and promise.paused_at == merged.at:
        # As if it had never waited: what was promised stands.
        promise.paused_at = None
    pair.source.part(merged.source_status, merged.source_reason)
    pair.item.action, pair.item.action_at = merged.action, merged.action_at
    await _follow(session, pair, "closed", at)


async def _locked(session: AsyncSession, number: str, target: str, by: Actor) -> Pair:
    incidents = {each: await for_change(session, each, by) for each in sorted((number, target))}
    items = {each: await desk.locked_item(session, each) for each in sorted(incidents)}
    agents = frozenset(item.assignee_id for item in items.values() if item.assignee_id) - {by.user_id}
    return Pair(incidents[number], incidents[target], items[number], by, agents)


async def _check(session: AsyncSession, source: Incident, target: Incident) -> None:
    for each in (source, target):
        each.require_apart()
    # Two contracts without client may be given to two clients later.
    of = [(each.reseller_id, each.client_id or each.contract_code) for each in (source, target)]
    if of[0] != of[1]:
        raise NotOfTheSame(field="number")
    for each in (source, target):
        if each.status not in states.OPEN:
            raise NotBothOpen(number=each.number, state=each.status, field="number")
    other = await repository.taken_in(session, source.number)
    if other is not None:
        raise TookOneIn(number=source.number, target=target.number, other=other, field="number")
    lines = await exchanges.lines(session, source.number)
    if any(standing.is_going(line) or line.claim_state in rule.CLAIMED for line in lines):
        raise ExchangeUnderWay(number=source.number, target=target.number, field="number")
    await _check_promise(session, source, target)


async def _check_promise(session: AsyncSession, source: Incident, target: Incident) -> None:
    """The target promises the same products for the same day, or one before, or the source promises nothing."""
    promise, kept = [await promises.find(session, each.number) for each in (source, target)]
    if promise is None or promise.fulfilled_at is not None:
        return
    is_kept = kept is not None and kept.fulfilled_at is None and kept.dispatch_on <= promise.dispatch_on
    if not is_kept or not _serials(source) <= _serials(target):
        day = f"{promise.dispatch_on:%d/%m/%Y}"
        raise PromiseLost(number=source.number, target=target.number, day=day, field="number")


def _serials(incident: Incident) -> set[str]:
    return {codes.serial(article["serial_number"]) for article in incident.articles}


async def _follow(session: AsyncSession, pair: Pair, previous: Status, at: datetime) -> None:
    """What is next on both; people are told once, of the two together."""
    source, target, by = pair.source, pair.target, pair.by
    source.bump_version()
    target.bump_version()
    await session.flush()
    await desk.recount(session, source, pair.item, at)
    await desk.follow(session, target, at)
    moved = event_mapper.status_changed(
        source, by, at, previous=previous, note="", reason=source.pending_reason, told_with=uuid4()
    )
    feed.tell(session, source, moved)
    undone = source.merged_into is None
    feed.tell(session, target, event_mapper.merged(target, by, at, source, sorted(pair.agents), undone=undone))

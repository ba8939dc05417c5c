"""What SQP does next on an incident, and when, from what is known of it alone.

An incident has one next action. Of several that are due it is the most pressing, otherwise what comes due first: so it
is stored, and nothing but the present time decides whether it is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, get_args

from api.incidents.desk import Action
from events.incidents import PendingReason, Status
from incidents.exchanges import standing
from incidents.exchanges.standing import LineState
from incidents.promises.working_days import WorkingDays
from incidents.states import AWAITED
from web import clock
from web.clock import PARIS

# Who is awaited is reminded after so many working days, and SQP looks after what it waits for itself.
PATIENCE = 3
# The most pressing first.
ORDER: tuple[Action, ...] = get_args(Action)
# Above all microseconds since 1970 until the year 2286.
RANK = 10**16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLAIMED = ("opened", "sent")


class Line(LineState, Protocol):
    """A line of an exchange, as far as the desk asks."""

    @property
    def requested_at(self) -> datetime: ...
    @property
    def stock_expected_on(self) -> date | None: ...
    @property
    def claim_due_on(self) -> date | None: ...


@dataclass(frozen=True)
class Snooze:
    """At ``at`` a person of SQP put the incident off."""

    at: datetime
    until: datetime


@dataclass(frozen=True)
class Facts:
    """``moved_at``: when its state or an exchange on it last moved. ``spoken_at``: SQP's last word to the parties;
    ``unanswered_since`` the first message of a party after it. ``promised_on``: the day of a promise that runs."""

    status: Status
    pending_reason: PendingReason | None
    declared_at: datetime
    moved_at: datetime
    spoken_at: datetime | None
    unanswered_since: datetime | None
    promised_on: date | None
    lines: Sequence[Line]
    # When a party last wrote, where SQP has not written since.
    heard_at: datetime | None = None
    snooze: Snooze | None = None
    # When SQP last sent a reminder of the answer it waits for. It does not count as an answer of SQP's.
    reminded_at: datetime | None = None

    @property
    def put_off_until(self) -> datetime | None:
        """The end of the snooze, but not after the morning of the promised day. None if the incident is not snoozed, or
        if a party wrote or the incident moved since."""
        snooze = self.snooze
        if snooze is None or max(self.moved_at, self.heard_at or self.moved_at) > snooze.at:
            return None
        return min(snooze.until, morning_of(self.promised_on)) if self.promised_on else snooze.until

    @property
    def since(self) -> datetime:
        """From when on SQP waits."""
        return max(self.moved_at, self.spoken_at or self.moved_at, self.reminded_at or self.moved_at)

    @property
    def awaits_party(self) -> bool:
        return self.status == "pending" and self.pending_reason in AWAITED


@dataclass(frozen=True)
class Next:
    action: Action
    at: datetime


def next_action(facts: Facts, now: datetime, days: WorkingDays) -> Next | None:
    """None where SQP has nothing to do, now or later."""
    wanted = [*_answer(facts), *_of_state(facts, days)]
    for line in facts.lines:
        wanted += _of_line(line, facts)
    until = max(facts.put_off_until or now, now)
    due = [each for each in wanted if each.at <= until]
    following = min(due, key=lambda each: (ORDER.index(each.action), each.at), default=None)
    following = following or min(wanted, key=lambda each: each.at, default=None)
    return Next(following.action, until) if following and until > now else following


def waiting_key(facts: Facts, action_at: datetime) -> int:
    """By what the queue is ordered where no promise presses: longest since the first unanswered message, new ones by
    their declaration, the rest by when it was due. Rank, then microseconds."""
    if facts.unanswered_since is not None:
        return RANK + _microseconds(facts.unanswered_since)
    if facts.status == "new":
        return 2 * RANK + _microseconds(facts.declared_at)
    return 3 * RANK + _microseconds(action_at)


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _answer(facts: Facts) -> Iterator[Next]:
    if facts.unanswered_since is not None:
        yield Next("answer", facts.unanswered_since)


def _of_state(facts: Facts, days: WorkingDays) -> Iterator[Next]:
    patient = start_of(days.after(clock.day(facts.since), PATIENCE))
    if facts.status == "new":
        yield Next("start", facts.declared_at)
    elif facts.status == "in_diagnosis":
        has_asked = facts.spoken_at is not None and facts.spoken_at > facts.moved_at
        yield Next("remind", patient) if has_asked else Next("diagnose", facts.moved_at)
    elif facts.awaits_party:
        yield Next("remind", patient)
    elif facts.status == "pending":
        yield Next("check", _check_at(facts, patient))
    elif facts.status == "exchange":
        going = [line for line in facts.lines if standing.is_going(line)]
        if not going:
            yield Next("close", facts.moved_at)
        elif any(_is_moving(line) for line in going):
            yield Next("check", patient)


def _check_at(facts: Facts, patient: datetime) -> datetime:
    """The day on which stock is expected, where SQP knows it; sooner where a promise runs that was not due when SQP
    began to wait."""
    today = clock.day(facts.since)
    expected = [each.stock_expected_on for each in facts.lines if each.stock_expected_on is not None]
    later = [start_of(day) for day in expected if day > today and facts.pending_reason == "stock"]
    at = min(later, default=patient)
    if facts.promised_on is not None and facts.promised_on > today:
        return min(at, start_of(facts.promised_on))
    return at


def _is_moving(line: Line) -> bool:
    """A parcel is on its way, there or back, or called back."""
    is_out = line.dispatch == "shipped" and line.cover != "returned"
    is_called_back = standing.is_replacement_awaited(line) and line.replacement_due_on is None
    return is_out or is_called_back or "in_transit" in (line.return_state, line.replacement_return)


def _of_line(line: Line, facts: Facts) -> Iterator[Next]:
    if line.decision == "requested" and not (facts.awaits_party and line.requested_at <= facts.moved_at):
        yield Next("decide", line.requested_at)
    if line.claim_state in CLAIMED and line.claim_due_on is not None:
        yield Next("check", start_of(line.claim_due_on))
    yield from _of_way_back(line, facts)
    if line.decision != "approved":
        return
    if line.return_state == "received":
        yield Next("inspect", facts.moved_at)
    elif standing.is_done(line):
        yield Next("close", facts.moved_at)
    if facts.status != "pending" and standing.is_to_ship(line):
        yield Next("dispatch", facts.moved_at)


def _of_way_back(line: Line, facts: Facts) -> Iterator[Next]:
    """A disk that its holder keeps, or a parcel that got lost, waits for SQP; until then nothing is late."""
    due_on = standing.due_on(line)
    if line.decision != "requested" and standing.is_to_decide(line):
        yield Next("decide", facts.moved_at)
    elif standing.may_be_late(line) and due_on is not None:
        yield Next("chase_return", start_of(due_on + timedelta(days=1)))


def morning_of(day: date) -> datetime:
    """When the desk opens, in Paris."""
    return datetime.combine(day, time(9), PARIS)


def start_of(day: date) -> datetime:
    """In Paris."""
    return datetime.combine(day, time(), PARIS)

"""What figures count, as conditions: the figure counts by them, and the list that it leads to is narrowed by them.

Whatever depends on the present day is told apart by moments and days that stand in the rows, so nothing has to run at
midnight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, get_args
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, Date, and_, bindparam, case, func, select

from api.incidents.figures import Age, FirstAnswer
from api.incidents.promises import PromiseState
from events.incidents import Status
from incidents import auth
from incidents.desk.models import DeskItem
from incidents.desk.rule import start_of
from incidents.models import Incident
from incidents.promises.models import Promise
from incidents.states import OPEN
from web import clock
from web.errors import Forbidden

# How many days back an age begins: of ``today`` none.
AGES: Mapping[Age, int | None] = {"today": 0, "days": 2, "week": 7, "month": 30, "older": None}
WITHIN = timedelta(hours=1), timedelta(hours=4), timedelta(hours=24)
MOST_DAYS = 366
Days = Annotated[int | None, Query(ge=1, le=MOST_DAYS, description="Days, today included")]


def _one_of(column: ColumnElement[Status]) -> ColumnElement[bool]:
    """With the words in the statement, so that the index of open incidents alone answers."""
    condition: ColumnElement[bool] = column.in_(
        bindparam(None, list(OPEN), expanding=True, literal_execute=True, unique=True)
    )
    return condition


IS_OPEN = _one_of(Incident.status.expression)


def ages(today: date) -> Mapping[Age, ColumnElement[bool]]:
    found: dict[Age, ColumnElement[bool]] = {}
    declared_at, until = Incident.declared_at, None
    for age, back in AGES.items():
        since = start_of(today - timedelta(days=back)) if back is not None else None
        bounds = [declared_at >= since] if since is not None else []
        bounds += [declared_at < until] if until is not None else []
        found[age] = and_(*bounds)
        until = since
    return found


def first_answer() -> ColumnElement[str]:
    """Empty of what ended without a word from SQP: there is no answer to wait for."""
    took = DeskItem.answered_at - DeskItem.declared_at
    hour, hours, day = WITHIN
    return case(
        (took < hour, "hour"),
        (took < hours, "hours"),
        (took < day, "day"),
        (took >= day, "later"),
        (_one_of(DeskItem.status.expression), "none"),
    )


def promise_state(today: date) -> ColumnElement[str]:
    """As :func:`incidents.promises.models.state_of`."""
    left_on = func.timezone("Europe/Paris", Promise.fulfilled_at).cast(Date)
    return case(
        (Promise.missed_at.is_not(None), "missed"),
        (left_on <= Promise.dispatch_on, "kept"),
        (Promise.fulfilled_at.is_not(None), "missed"),
        (Promise.paused_at.is_not(None), "paused"),
        (Promise.dispatch_on < today, "missed"),
        else_="running",
    )


def declared_within(days: int, today: date) -> ColumnElement[bool]:
    return DeskItem.declared_at >= start_of(today - timedelta(days=days - 1))


def promised_within(days: int, today: date) -> ColumnElement[bool]:
    return and_(Promise.dispatch_on > today - timedelta(days=days), Promise.dispatch_on <= today)


@dataclass(frozen=True)
class Narrowing:
    """What a list of incidents is asked for besides its search."""

    status: Status | None = None
    age: Age | None = None
    reseller_id: UUID | None = None
    answer: FirstAnswer | None = None
    declared: int | None = None
    promise: PromiseState | None = None
    promised: int | None = None

    def clauses(self) -> Sequence[ColumnElement[bool]]:
        today = clock.today()
        found: list[ColumnElement[bool]] = []
        if self.status:
            found.append(Incident.status == self.status)
        if self.age:
            found.append(ages(today)[self.age])
        if self.reseller_id:
            found.append(Incident.reseller_id == self.reseller_id)
        of_desk = [first_answer() == self.answer] if self.answer else []
        of_desk += [declared_within(self.declared, today)] if self.declared else []
        if of_desk:
            found.append(Incident.number.in_(select(DeskItem.incident_number).where(*of_desk)))
        of_promise = [promise_state(today) == self.promise] if self.promise else []
        of_promise += [promised_within(self.promised, today)] if self.promised else []
        if of_promise:
            found.append(Incident.number.in_(select(Promise.incident_number).where(*of_promise)))
        return found


def _asked(
    principal: auth.CanRead,
    status: Status | None = None,
    age: Age | None = None,
    reseller_id: UUID | None = None,
    answer: FirstAnswer | None = None,
    declared_within: Days = None,
    promise: PromiseState | None = None,
    promised_within: Days = None,
) -> Narrowing:
    """When SQP first wrote to the reseller is not for a client to learn, so that SQP alone asks for it."""
    if answer and principal.organisation_kind not in (None, "sqp"):
        raise Forbidden
    return Narrowing(status, age, reseller_id, answer, declared_within, promise, promised_within)


Asked = Annotated[Narrowing, Depends(_asked)]
assert set(AGES) == set(get_args(Age))

"""The promise of dispatch on the next working day (J+1): shown before a declaration, kept by an incident, SQP's
settings of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from web.i18n import Invalid
from web.schemas import Answer, Day, Line, Request

# What starts the clock: the declaration, or SQP's decision to exchange.
ClockStart = Literal["declaration", "approval"]
# ``missed``: the day has passed without dispatch, or dispatch came later.
PromiseState = Literal["running", "paused", "kept", "missed"]

MOST_DAYS = 62


def _of_the_day(value: str) -> str:
    if not "06:00" <= value <= "22:00":
        raise Invalid("Une heure entre 06:00 et 22:00 est attendue.", "A time between 06:00 and 22:00, please.")
    return value


Cutoff = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), AfterValidator(_of_the_day)]


class PromiseWindow(Answer):
    """What is declared before ``closes_at`` is dispatched on ``dispatch_on``."""

    closes_at: datetime
    dispatch_on: date


class PromiseOffer(Answer):
    """What a declaration would be promised from ``now`` on: the window of now, then those that follow it.

    ``revision`` is the state of SQP's settings that it was told by: a declaration that names it is promised this,
    whatever SQP closes meanwhile. ``windows`` is empty where the clock starts at the approval. ``cutoff`` is
    Europe/Paris, ``HH:MM``.
    """

    revision: int
    clock_start: ClockStart
    cutoff: str
    now: datetime
    windows: list[PromiseWindow]


class PromiseBadge(Answer):
    """``dispatch_on`` is the day that is promised now; while ``paused`` it will move."""

    state: PromiseState
    label: str
    dispatch_on: date


class Promise(PromiseBadge):
    """``first_dispatch_on`` is what was promised first, before any pause. ``rule_version`` and ``calendar_version`` say
    by what the day was counted, ``cutoff`` (Europe/Paris, ``HH:MM``) until when a start counted for its day."""

    first_dispatch_on: date
    started_at: datetime
    cutoff: str
    clock_start: ClockStart
    rule_version: str
    calendar_version: str
    paused_at: datetime | None
    fulfilled_at: datetime | None


class Closure(Answer):
    """A working day on which SQP dispatches nothing; who entered it, and when."""

    day: date
    reason: str
    added_at: datetime
    added_by: UUID
    added_by_name: str


class PromiseSettings(Answer):
    """``revision`` counts every change of cut-off, start and closures (also the ETag). ``changed_at`` is empty while
    nothing has been changed. ``closures``: those of the last year and all to come, earliest first."""

    revision: int
    cutoff: str
    clock_start: ClockStart
    changed_at: datetime | None
    changed_by_name: str
    closures: list[Closure]


class PromiseSettingsPatch(Request):
    """Holds for declarations from now on: no promise that was made is moved."""

    cutoff: Cutoff | None = None
    clock_start: ClockStart | None = None


class ClosureCreate(Request):
    """A day, or with ``until`` all working days from ``day`` to it, both included."""

    day: Day
    until: Day | None = None
    reason: Line

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.until is not None and not 0 <= (self.until - self.day).days < MOST_DAYS:
            raise Invalid(
                f"Le dernier jour suit le premier, de {MOST_DAYS} jours au plus.",
                f"The last day follows the first, by {MOST_DAYS} days at most.",
            )
        return self


class ClosuresAdded(Answer):
    """The days that are closed now and were not before. ``due_anyway``: so many promises that were made for one of them
    before stay due on it."""

    items: list[date] = Field(min_length=1)
    due_anyway: int

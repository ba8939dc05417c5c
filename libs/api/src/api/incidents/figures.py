"""Figures of dashboards: how much of what there is. Each equals the total of the list that its words narrow."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from api.incidents.exchanges import Stage
from api.incidents.promises import PromiseState
from events.incidents import Status
from web.schemas import Answer

# By the day of the declaration: today, one or two days ago, three to seven, eight to thirty, before that.
Age = Literal["today", "days", "week", "month", "older"]
# From the declaration to SQP's first word: within an hour, four hours, a day, later; ``none``: open, and none yet.
FirstAnswer = Literal["hour", "hours", "day", "later", "none"]


class OpenFigure(Answer):
    """Open incidents of one state and age."""

    status: Status
    age: Age
    count: int


class ResellerFigure(Answer):
    reseller_id: UUID
    name: str
    open: int
    overdue: int


class Figures(Answer):
    """Of what the caller sees. ``open`` leaves out what there is none of. ``answers`` are of incidents declared within
    ``days``, today included, ``promises`` of those whose day is within them: both, like ``resellers`` (those with most
    open incidents), for SQP alone. A figure of more than 10,000 is 10,001."""

    days: int
    open: list[OpenFigure]
    exchanges: dict[Stage, int]
    answers: dict[FirstAnswer, int] | None
    promises: dict[PromiseState, int] | None
    resellers: list[ResellerFigure] | None

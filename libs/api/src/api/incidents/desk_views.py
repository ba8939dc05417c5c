"""Views of the desk's queue: filters and sort under a name, a person's own or shared by all of SQP's people."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.incidents.desk import DeskFilter, When
from web.schemas import Answer, Line, Request

# As the queue is sorted; with a minus the other way round.
SortField = Literal["urgency", "number", "declared_at", "action_at", "assignee", "last_message_at"]
ViewSort = Literal[SortField, "-urgency", "-number", "-declared_at", "-action_at", "-assignee", "-last_message_at"]
# A count stops here: more is told as *99+*.
MOST_COUNTED = 100


class DeskQuery(DeskFilter):
    """As the queue is narrowed and sorted."""

    when: When = "due"
    sort: ViewSort = "urgency"


class DeskViewCreate(Request):
    name: Line
    is_shared: bool = False
    query: DeskQuery


class DeskViewPatch(Request):
    """Only the owner says whether it is shared."""

    name: Line | None = None
    is_shared: bool | None = None
    query: DeskQuery | None = None


class DeskView(Answer):
    """``query``: what of it still holds, by the names of the queue's parameters. ``lost``: the names of those that do
    not hold any more: a person who has left the desk, a filter or a value that the desk no longer knows."""

    id: UUID
    version: int
    name: str
    is_shared: bool
    is_mine: bool
    owner_name: str
    query: dict[str, str]
    lost: list[str]


class DeskViews(Answer):
    """The caller's own and the shared ones, by name. ``may_write``: whether the caller may save views."""

    items: list[DeskView]
    may_write: bool


class DeskViewCount(Answer):
    """What the view holds now, ``MOST_COUNTED`` at most."""

    id: UUID
    count: Annotated[int, Field(ge=0, le=MOST_COUNTED)]


class DeskViewCounts(Answer):
    """None of views of which something is lost."""

    items: list[DeskViewCount]

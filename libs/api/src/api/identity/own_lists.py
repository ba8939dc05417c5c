"""What a person keeps of a list: views under names of one's own, and which columns it goes without."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from web.schemas import Answer, Line, Request

ListName = Literal["contracts", "incidents"]
Column = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
# What follows ``?`` in the list's address, percent-encoded.
Query = Annotated[str, StringConstraints(max_length=3000, pattern=r"^[0-9A-Za-z._~%&=+*-]*$")]


class ListViewCreate(Request):
    """``query``: search, filters and sort, as they stand in the list's address."""

    name: Line
    query: Query


class ListViewPatch(Request):
    name: Line


class ListView(Answer):
    id: UUID
    version: int
    name: str
    query: str


class HiddenColumnsPut(Request):
    columns: list[Column] = Field(max_length=20)


class OwnList(Answer):
    """``views`` in order of their names. ``hidden`` holds the columns to leave out, not those to show, so that a column
    that a release adds is shown to all."""

    views: list[ListView]
    hidden: list[str]

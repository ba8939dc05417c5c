"""Requests and answers of imports: contracts that the back office registers in bulk."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from api.contracts import ContractPut
from web.schemas import Answer, ContractNumber, Page

MIB = 1024 * 1024
# Of a body, of one of its lines (as of the body that registers one contract), and how many lines it has.
MOST_BYTES = 256 * MIB
MOST_OF_A_LINE = MIB // 2
MOST_LINES = 200_000

# ``open``: its body is still on its way.
State = Literal["open", "running", "done", "cancelled"]


class ImportLine(ContractPut):
    """A line of the body: what ``PUT /backoffice/contracts/{number}`` takes, and the number."""

    number: ContractNumber


class Import(Answer):
    """``handled`` of ``lines`` were registered or refused so far; empty lines count in neither."""

    id: UUID
    is_dry_run: bool
    state: State
    lines: int
    handled: int
    created: int
    changed: int
    unchanged: int
    refused: int
    created_at: datetime
    ended_at: datetime | None


class FieldError(Answer):
    field: str
    message: str
    type: str


class RowError(Answer):
    """``line`` counts from 1, empty lines included; ``number`` is empty where the line has none that is valid. ``code``
    and ``sentence`` are those that the line's own PUT would be refused with."""

    line: int
    number: str
    code: str
    sentence: str
    errors: list[FieldError]


class RowErrors(Page[RowError]):
    """In the order of lines."""

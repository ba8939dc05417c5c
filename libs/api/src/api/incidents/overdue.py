"""What is told of overdue returns before an incident is declared."""

from __future__ import annotations

from web.schemas import Answer


class OverdueReturns(Answer):
    """How many returns are overdue, and in words what follows from it."""

    count: int
    sentence: str

"""What is told of returns before an incident is declared."""

from __future__ import annotations

from web.schemas import Answer


class OverdueReturns(Answer):
    """How many returns are overdue that stand against an exchange the most, and in words what follows from them.
    ``count`` is 0 where the caller sees none of them."""

    count: int
    sentence: str


class AdvanceTerms(Answer):
    """Of an exchange in advance: until when the faulty product is to come back and what follows if it is late;
    which addresses it cannot go to."""

    returns: str
    addresses: str

"""What changed, in an order that a program follows by number: the answer of every service's ``…/changes``."""

from __future__ import annotations

from datetime import datetime

from web.schemas import Answer


class Change(Answer):
    """``version`` is that of the object after the change (its ETag); ``path``, below the platform's origin, reads it
    as it is now."""

    sequence: int
    kind: str
    number: str
    version: int
    at: datetime
    path: str


class Changes(Answer):
    """``last`` is what to ask ``after`` next time; ``more``: ask again at once."""

    items: list[Change]
    last: int
    more: bool

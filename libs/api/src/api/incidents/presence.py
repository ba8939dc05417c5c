"""Who of SQP looks at an incident, and who writes there. SQP's people alone read and tell it."""

from __future__ import annotations

from uuid import UUID

from web.schemas import Answer, Request


class PresencePut(Request):
    """``writes``: an answer is begun in one of SQP's threads."""

    writes: bool = False


class PersonPresent(Answer):
    """``is_me``: the caller, in this page or another."""

    user_id: UUID
    name: str
    writes: bool
    is_me: bool


class Presence(Answer):
    """Who is at one incident; those who write first."""

    number: str
    people: list[PersonPresent]


class Presences(Answer):
    """Holds only incidents at which a person is present."""

    items: list[Presence]

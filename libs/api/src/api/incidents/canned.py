"""Canned answers: what SQP's people write often, with names that are filled from the incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.incidents.incidents import Choice, Number
from events.incidents import Nature, Status
from web.i18n import Language
from web.schemas import Answer, Line, OptionalParagraphs, Paragraphs, Request

# What a canned text may name, in French like the people who write it: ``{client.nom}``, ``{client.nom|cher client}``.
Name = Literal[
    "revendeur.nom",
    "client.nom",
    "incident.numero",
    "contrat.numero",
    "produit.reference",
    "produit.serie",
    "promesse.jour",
    "agent.prenom",
    "agent.nom",
]

# Each once, in the order in which they were given.
Natures = Annotated[list[Nature], Field(max_length=20), AfterValidator(lambda given: list(dict.fromkeys(given)))]
Statuses = Annotated[list[Status], Field(max_length=20), AfterValidator(lambda given: list(dict.fromkeys(given)))]


class CannedAnswerCreate(Request):
    """Without ``natures``, or ``statuses``, it is offered for all of them. Without English text, in French alone."""

    title: Line
    body_fr: Paragraphs
    body_en: OptionalParagraphs = ""
    natures: Natures = Field(default_factory=list)
    statuses: Statuses = Field(default_factory=list)


class CannedAnswerPatch(Request):
    title: Line | None = None
    body_fr: Paragraphs | None = None
    body_en: OptionalParagraphs | None = None
    natures: Natures | None = None
    statuses: Statuses | None = None


class CannedAnswer(Answer):
    """``used_count``: how often it was put into a message."""

    id: UUID
    version: int
    title: str
    body_fr: str
    body_en: str
    natures: list[Nature]
    statuses: list[Status]
    used_count: int
    changed_at: datetime
    changed_by_name: str


class NameHelp(Answer):
    """A name that texts may hold, and what stands in its place."""

    name: Name
    label: str


class CannedAnswers(Answer):
    """By title; and what a text may name, and be offered for."""

    items: list[CannedAnswer]
    names: list[NameHelp]
    natures: list[Choice]
    statuses: list[Choice]


class FilledText(Answer):
    """``missing``: names that nothing is known for, and that have no fallback. They stand in ``body`` as ``{name}``."""

    language: Language
    body: str
    missing: list[Name]


class OfferedAnswer(Answer):
    id: UUID
    title: str
    texts: list[FilledText]


class OfferedAnswers(Answer):
    """Those for the nature and the state of an incident, filled from it; what is used most comes first."""

    items: list[OfferedAnswer]


class CannedUse(Request):
    """The incident that the text is written on."""

    number: Number

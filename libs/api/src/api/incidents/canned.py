"""Canned answers: what SQP's people write often, with names that are filled from the incident; a macro is one that also
takes a step of the exchange or moves the incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.incidents.incidents import Choice, Number
from events.exchange_words import ExchangeType
from events.incidents import Nature, PendingReason, Status
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


# Steps that ask for nothing but a note.
MacroStep = Literal["approve", "reject", "cancel", "send_label", "close"]
Part = Literal["message", "exchange", "status"]
# Empty: the macro leaves that alone.
ToStatus = Literal[Status, ""]
ToReason = Literal[PendingReason, ""]
ToStep = Literal[MacroStep, ""]
ToType = Literal[ExchangeType, ""]


class CannedAnswerCreate(Request):
    """Without ``natures``, or ``statuses``, it is offered for all of them. Without English text, in French alone.

    With ``step`` or ``to_status`` it is a macro. ``to_reason``: with ``pending``; ``exchange_type``: with ``approve``.
    The note goes with the step and the state, which all parties read; a refusal or a cancellation needs one.
    """

    title: Line
    body_fr: Paragraphs
    body_en: OptionalParagraphs = ""
    natures: Natures = Field(default_factory=list)
    statuses: Statuses = Field(default_factory=list)
    step: ToStep = ""
    exchange_type: ToType = ""
    to_status: ToStatus = ""
    to_reason: ToReason = ""
    note_fr: OptionalParagraphs = ""
    note_en: OptionalParagraphs = ""


class CannedAnswerPatch(Request):
    title: Line | None = None
    body_fr: Paragraphs | None = None
    body_en: OptionalParagraphs | None = None
    natures: Natures | None = None
    statuses: Statuses | None = None
    step: ToStep | None = None
    exchange_type: ToType | None = None
    to_status: ToStatus | None = None
    to_reason: ToReason | None = None
    note_fr: OptionalParagraphs | None = None
    note_en: OptionalParagraphs | None = None


class CannedAnswer(Answer):
    """``used_count``: how often it was put into a message, or applied. ``does``: what it does beside writing, in
    words; empty where it is no macro."""

    id: UUID
    version: int
    title: str
    body_fr: str
    body_en: str
    natures: list[Nature]
    statuses: list[Status]
    step: ToStep = ""
    exchange_type: ToType = ""
    to_status: ToStatus = ""
    to_reason: ToReason = ""
    note_fr: str = ""
    note_en: str = ""
    does: list[str] = Field(default_factory=list)
    used_count: int
    changed_at: datetime
    changed_by_name: str


class NameHelp(Answer):
    """A name that texts may hold, and what stands in its place."""

    name: Name
    label: str


class CannedAnswers(Answer):
    """By title; and what a text may name, be offered for, and do as a macro."""

    items: list[CannedAnswer]
    names: list[NameHelp]
    natures: list[Choice]
    statuses: list[Choice]
    steps: list[Choice] = Field(default_factory=list)
    exchange_types: list[Choice] = Field(default_factory=list)
    reasons: list[Choice] = Field(default_factory=list)


class FilledText(Answer):
    """``missing``: names that nothing is known for, and that have no fallback. They stand in ``body`` as ``{name}``."""

    language: Language
    body: str
    missing: list[Name]


class OfferedAnswer(Answer):
    """``does``: of a macro, what it does beside writing."""

    id: UUID
    title: str
    texts: list[FilledText]
    does: list[str] = Field(default_factory=list)


class OfferedAnswers(Answer):
    """Those for the nature and the state of an incident, filled from it; what is used most comes first."""

    items: list[OfferedAnswer]


class CannedUse(Request):
    """The incident that the text is written on."""

    number: Number


class MacroPart(Answer):
    """One thing that applying does, as a sentence; ``refusal``: why it cannot be done now, or empty."""

    part: Part
    sentence: str
    refusal: str


class MacroPreview(Answer):
    """What applying would do now, in this order. ``note`` goes with the exchange and the state."""

    id: UUID
    title: str
    text: FilledText
    note: FilledText
    parts: list[MacroPart]


class MacroApply(Request):
    """``language``: of the text; French where there is no other."""

    language: Language = "fr"

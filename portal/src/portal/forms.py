"""What a form asks, what is wrong with what was typed, and what changed meanwhile. Nothing typed is ever lost."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.api_client import ApiRefused
from portal.page_request import PageRequest
from portal.translations import N_
from web.text import mailboxes, phones

# What is told in minutes; above, in hours.
MOST_MINUTES = 90


@dataclass(frozen=True)
class Field:
    """``name`` as the service knows it, ``label`` in French as the page shows it; ``choices`` by value, in French."""

    name: str
    label: str
    needed: bool = True
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FormErrors:
    """Why a form is shown again. ``wrong`` maps field names to sentences; ``etag`` is what the next attempt changes."""

    status: int
    title: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""


def typed(page: PageRequest, fields: Sequence[Field]) -> dict[str, str]:
    return {each.name: page.field(each.name) for each in fields}


def missing(page: PageRequest, fields: Sequence[Field]) -> dict[str, str]:
    """The fields that are needed and empty, each with its sentence."""
    return {each.name: to_fill_in(page, each) for each in fields if each.needed and not page.field(each.name)}


def to_fill_in(page: PageRequest, each: Field) -> str:
    """The sentence of a field that is needed and empty, in whatever form."""
    return page.gettext("%(label)s : à renseigner.") % {"label": _label(page, each)}


def trouble(
    page: PageRequest, refused: ApiRefused, fields: Sequence[Field], at: Mapping[str, str] | None = None
) -> FormErrors:
    """What a form shows of a refusal; ``at`` says which field a refusal's code is about. Raises what is no form's."""
    if not refused.is_for_the_form:
        raise refused
    place = (at or {}).get(refused.code)
    if place:
        return FormErrors(refused.status, wrong={place: refused.title}, etag=page.field("etag"))
    labels = {each.name: _label(page, each) for each in fields}
    wrong = {
        name: page.gettext("%(label)s : %(what)s") % {"label": labels[name], "what": _lowered(what)}
        for name, what in refused.fields.items()
        if name in labels
    }
    return FormErrors(refused.status, "" if wrong else sentence(page, refused), wrong, page.field("etag"))


def sentence(page: PageRequest, refused: ApiRefused) -> str:
    """The refusal in words; a throttle's in minutes, or in hours where they are many, rather than seconds."""
    if refused.status != 429:
        return refused.title
    minutes = max(1, math.ceil(int(refused.problem.get("retry_after", 60)) / 60))
    if minutes > MOST_MINUTES:
        hours = math.ceil(minutes / 60)
        words = page.ngettext(
            "Trop de tentatives. Réessayez dans %(num)s heure.",
            "Trop de tentatives. Réessayez dans %(num)s heures.",
            hours,
        )
        return words % {"num": hours}
    words = page.ngettext(
        "Trop de tentatives. Réessayez dans %(num)s minute.",
        "Trop de tentatives. Réessayez dans %(num)s minutes.",
        minutes,
    )
    return words % {"num": minutes}


async def attempt(
    page: PageRequest, fields: Sequence[Field], change: Awaitable[Any], at: Mapping[str, str] | None = None
) -> FormErrors | None:
    """None when ``change`` went through."""
    try:
        await change
    except ApiRefused as refused:
        return trouble(page, refused, fields, at)
    return None


async def patch(
    page: PageRequest, path: str, fields: Sequence[Field], body: Mapping[str, Any], at: Mapping[str, str] | None = None
) -> FormErrors | None:
    """PATCHes what the form's ``etag`` names. None when it went through."""
    gaps = missing(page, fields)
    if gaps:
        return FormErrors(422, wrong=gaps, etag=page.field("etag"))
    try:
        await page.change("PATCH", path, body, etag=page.field("etag"))
    except ApiRefused as refused:
        if refused.status == 412:
            return await _stale(page, path, fields, body)
        return trouble(page, refused, fields, at)
    return None


async def _stale(page: PageRequest, path: str, fields: Sequence[Field], body: Mapping[str, Any]) -> FormErrors:
    """Somebody was faster: what stands there now is named beside what was typed, and saving again replaces it."""
    now = await page.ask("GET", path)
    differing = [
        each
        for each in fields
        if each.name in body and _shown(page, each, body[each.name]) != _shown(page, each, now.body[each.name])
    ]
    wrong = {
        each.name: page.gettext("%(label)s : la valeur actuelle est « %(value)s ».")
        % {"label": _label(page, each), "value": _shown(page, each, now.body[each.name])}
        for each in differing
    }
    title = page.gettext(CHANGED_MEANWHILE)
    return FormErrors(412, title, wrong, now.etag)


CHANGED_MEANWHILE = N_(
    "Quelqu’un a modifié ces informations entre-temps. Rien de ce que vous avez saisi n’est perdu : comparez avec les "
    "valeurs actuelles, puis enregistrez de nouveau pour les remplacer."
)


WRITTEN: Mapping[str, Callable[[str], str]] = {"phone": phones.shown, "email": mailboxes.shown}


def _label(page: PageRequest, each: Field) -> str:
    return page.gettext(each.label)


def _shown(page: PageRequest, each: Field, value: str) -> str:
    """As people write it: a telephone in its national notation, an e-mail address in its own letters."""
    if value in each.choices:
        return page.gettext(each.choices[value])
    return WRITTEN.get(each.name, str)(value) if value else "—"


def _lowered(what: str) -> str:
    return what[:1].lower() + what[1:]

"""What a form asks, what is wrong with what was typed, and what changed meanwhile. Nothing typed is ever lost."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.portal.backend import Refused
from gateway.portal.translations import later
from gateway.portal.visit import Visit


@dataclass(frozen=True)
class Field:
    """``name`` as the service knows it, ``label`` in French as the page shows it; ``choices`` by value, in French."""

    name: str
    label: str
    needed: bool = True
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """Why a form is shown again. ``wrong`` maps field names to sentences; ``etag`` is what the next attempt changes."""

    status: int
    title: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""


def typed(page: Visit, fields: Sequence[Field]) -> dict[str, str]:
    return {each.name: page.field(each.name) for each in fields}


def missing(page: Visit, fields: Sequence[Field]) -> dict[str, str]:
    """The fields that are needed and empty, each with its sentence."""
    empty = [each for each in fields if each.needed and not page.field(each.name)]
    return {each.name: page.gettext("%(label)s : à renseigner.") % {"label": _label(page, each)} for each in empty}


def trouble(page: Visit, refused: Refused, fields: Sequence[Field], at: Mapping[str, str] | None = None) -> Trouble:
    """What a form shows of a refusal; ``at`` says which field a refusal's code is about. Raises what is no form's."""
    if not refused.is_for_the_form:
        raise refused
    place = (at or {}).get(refused.code)
    if place:
        return Trouble(refused.status, wrong={place: refused.title}, etag=page.field("etag"))
    labels = {each.name: _label(page, each) for each in fields}
    wrong = {
        name: page.gettext("%(label)s : %(what)s") % {"label": labels[name], "what": _lowered(what)}
        for name, what in refused.fields.items()
        if name in labels
    }
    return Trouble(refused.status, "" if wrong else sentence(page, refused), wrong, page.field("etag"))


def sentence(page: Visit, refused: Refused) -> str:
    """The refusal in words; a throttle's in minutes rather than seconds."""
    if refused.status != 429:
        return refused.title
    minutes = max(1, math.ceil(int(refused.problem.get("retry_after", 60)) / 60))
    words = page.ngettext(
        "Trop de tentatives. Réessayez dans %(num)s minute.",
        "Trop de tentatives. Réessayez dans %(num)s minutes.",
        minutes,
    )
    return words % {"num": minutes}


async def attempt(
    page: Visit, fields: Sequence[Field], change: Awaitable[Any], at: Mapping[str, str] | None = None
) -> Trouble | None:
    """None when ``change`` went through."""
    try:
        await change
    except Refused as refused:
        return trouble(page, refused, fields, at)
    return None


async def patch(
    page: Visit, path: str, fields: Sequence[Field], body: Mapping[str, Any], at: Mapping[str, str] | None = None
) -> Trouble | None:
    """PATCHes what the form's ``etag`` names. None when it went through."""
    gaps = missing(page, fields)
    if gaps:
        return Trouble(422, wrong=gaps, etag=page.field("etag"))
    try:
        await page.change("PATCH", path, body, etag=page.field("etag"))
    except Refused as refused:
        if refused.status == 412:
            return await _stale(page, path, fields, body)
        return trouble(page, refused, fields, at)
    return None


async def _stale(page: Visit, path: str, fields: Sequence[Field], body: Mapping[str, Any]) -> Trouble:
    """Somebody was faster: what stands there now is named beside what was typed, and saving again replaces it."""
    now = await page.ask("GET", path)
    differing = [each for each in fields if each.name in body and body[each.name] != now.body[each.name]]
    wrong = {
        each.name: page.gettext("%(label)s : la valeur actuelle est « %(value)s ».")
        % {"label": _label(page, each), "value": _shown(page, each, now.body[each.name])}
        for each in differing
    }
    title = page.gettext(CHANGED_MEANWHILE)
    return Trouble(412, title, wrong, now.etag)


CHANGED_MEANWHILE = later(
    "Quelqu’un a modifié ces informations entre-temps. Rien de ce que vous avez saisi n’est perdu : comparez avec les "
    "valeurs actuelles, puis enregistrez de nouveau pour les remplacer."
)


def _label(page: Visit, each: Field) -> str:
    return page.gettext(each.label)


def _shown(page: Visit, each: Field, value: str) -> str:
    return page.gettext(each.choices[value]) if value in each.choices else value or "—"


def _lowered(what: str) -> str:
    return what[:1].lower() + what[1:]

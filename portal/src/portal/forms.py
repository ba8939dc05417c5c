"""What a form asks, what is wrong with what was typed, and what changed meanwhile. Nothing typed is ever lost."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from portal.api_client import ApiRefused, Body
from portal.countries import country
from portal.page_request import PageRequest
from portal.services.resource import Patch, Resource
from portal.translations import N_
from web.i18n import Language, Text
from web.text import mailboxes, phones

# What is told in minutes; above, in hours.
MOST_MINUTES = 90


@dataclass(frozen=True)
class Field:
    """``name`` in the form, ``label`` in French as the page shows it; ``choices`` by value, in French or both
    languages; ``path`` where the service has it, unless that is its name."""

    name: str
    label: str
    needed: bool = True
    choices: Mapping[str, str | Text] = field(default_factory=dict, hash=False)
    path: str = ""

    def holds(self, path: str) -> bool:
        """Whether what the service calls ``path`` (``serial_numbers.0``) is this field, or a part of it."""
        own = self.path or self.name
        return path == own or path.startswith(f"{own}.")


@dataclass(frozen=True)
class FormErrors:
    """Why a form is shown again. ``wrong`` maps field names to sentences; ``etag`` is what the next attempt changes."""

    status: int
    title: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""


# Nothing is wrong with a form that was not sent yet.
FINE = FormErrors(200)


class Form:
    """Its fields in order, a part before what it is a part of; ``places`` says which field a refusal's code is
    about. ``inside``: what the service puts before the names of fields, as it does where bodies are of several kinds
    (``reserve.serial_number``)."""

    def __init__(self, *fields: Field, places: Mapping[str, str] | None = None, inside: str = "") -> None:
        self.fields = fields
        self._places = places or {}
        self._inside = inside

    def typed(self, page: PageRequest) -> dict[str, str]:
        return {each.name: page.field(each.name) for each in self.fields}

    def missing(self, page: PageRequest, values: Mapping[str, str] | None = None) -> dict[str, str]:
        """The fields that are needed and empty, each with its sentence; of the form, or of ``values``."""
        given = self.typed(page) if values is None else values
        return {each.name: to_fill_in(page, each) for each in self.fields if each.needed and not given.get(each.name)}

    def gaps(self, page: PageRequest) -> FormErrors | None:
        wrong = self.missing(page)
        return FormErrors(422, wrong=wrong, etag=page.field("etag")) if wrong else None

    def errors(self, page: PageRequest, refused: ApiRefused) -> FormErrors:
        """What the form shows of a refusal. Raises refusals that the form cannot correct."""
        if not refused.is_for_the_form:
            raise refused
        etag, place = page.field("etag"), self._places.get(refused.code) or self._named(refused.problem.field)
        if place:
            return FormErrors(refused.status, wrong={place: refused.title}, etag=etag)
        wrong, of_all = {}, []
        for error in refused.problem.errors:
            each = self._at(error.field)
            # The service names the values, which people know by their labels alone.
            what = page.gettext(CHOOSE) if error.type in ("literal_error", "enum") else error.message
            if each:
                wrong[each.name] = page.gettext("%(label)s : %(what)s") % {
                    "label": _label(page, each),
                    "what": _lowered(what),
                }
            elif not self._own(error.field):
                of_all.append(what)
        title = " ".join(of_all) or ("" if wrong else sentence(page, refused))
        return FormErrors(refused.status, title, wrong, etag)

    async def attempt(self, page: PageRequest, change: Callable[[], Awaitable[object]]) -> FormErrors | None:
        """None when ``change`` went through. It is not tried while a field that is needed is empty."""
        gaps = self.gaps(page)
        if gaps:
            return gaps
        try:
            await change()
        except ApiRefused as refused:
            return self.errors(page, refused)
        return None

    async def patch(
        self, page: PageRequest, resource: Resource[Body, Patch], values: Mapping[str, object]
    ) -> FormErrors | None:
        """Changes the version that the form's ``etag`` names. None when it went through."""
        gaps = self.gaps(page)
        if gaps:
            return gaps
        try:
            await resource.patch(values, page.field("etag"))
        except ApiRefused as refused:
            return await self._stale(page, resource, values) if refused.status == 412 else self.errors(page, refused)
        return None

    async def _stale(
        self, page: PageRequest, resource: Resource[Body, Patch], values: Mapping[str, object]
    ) -> FormErrors:
        """The row was changed meanwhile. The form shows the present value beside what was typed; saving again replaces
        it."""
        now = await resource.read()
        typed = {each: _shown(page, each, values[each.name]) for each in self.fields if each.name in values}
        current = {each: _shown(page, each, _held(now.body, each.name)) for each in typed}
        wrong = {
            each.name: page.gettext("%(label)s : la valeur actuelle est « %(value)s ».")
            % {"label": _label(page, each), "value": current[each]}
            for each in typed
            if typed[each] != current[each]
        }
        return FormErrors(412, page.gettext(CHANGED_MEANWHILE if self.fields else MEANWHILE), wrong, now.etag)

    def _at(self, path: str) -> Field | None:
        return next((each for each in self.fields if each.holds(self._own(path))), None)

    def _named(self, path: str) -> str:
        """The field that a whole refusal is about; empty where the form has no such one."""
        found = self._at(path) if path else None
        return found.name if found else ""

    def _own(self, path: str) -> str:
        """``path`` as the form's own; empty for what is wrong with the body as a whole."""
        return "" if path == self._inside else path.removeprefix(f"{self._inside}.")


CHOOSE = N_("Choisissez une valeur de la liste.")
WITHOUT_VERSION = N_("La page envoyée était incomplète. Vérifiez ce que vous avez saisi, puis enregistrez de nouveau.")
# For what a page does without asking anything.
BARE = Form()
MEANWHILE = N_("Quelqu’un a modifié ces informations entre-temps : voici ce qu’elles sont devenues. Rien n’est changé.")


async def done_or_meanwhile(page: PageRequest, change: Awaitable[object], done: str) -> str:
    """The sentence after a change that a button alone made."""
    try:
        await change
    except ApiRefused as refused:
        if refused.status != 412:
            raise
        return page.gettext(MEANWHILE)
    return done


def to_fill_in(page: PageRequest, each: Field) -> str:
    """The sentence of a field that is needed and empty, in whatever form."""
    return page.gettext("%(label)s : à renseigner.") % {"label": _label(page, each)}


def sentence(page: PageRequest, refused: ApiRefused) -> str:
    """The refusal in words; a throttle's in minutes, or in hours where they are many, rather than seconds."""
    if refused.status == 428:
        return page.gettext(WITHOUT_VERSION)
    if refused.status != 429:
        return refused.title
    minutes = max(1, math.ceil(refused.problem.retry_after / 60))
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


CHANGED_MEANWHILE = N_(
    "Quelqu’un a modifié ces informations entre-temps. Rien de ce que vous avez saisi n’est perdu : comparez avec les "
    "valeurs actuelles, puis enregistrez de nouveau pour les remplacer."
)


WRITTEN: Mapping[str, Callable[[str, Language], str]] = {
    "phone": lambda value, _: phones.shown(value),
    "email": lambda value, _: mailboxes.shown(value),
    "country": country,
}


def _label(page: PageRequest, each: Field) -> str:
    return page.gettext(each.label)


def _shown(page: PageRequest, each: Field, value: object) -> str:
    """As people write it: a telephone in its national notation, an e-mail address in its own letters, a country by
    its name."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return page.gettext("oui") if value else page.gettext("non")
    if str(value) in each.choices:
        choice = each.choices[str(value)]
        return page.gettext(choice) if isinstance(choice, str) else choice[page.language]
    return WRITTEN[each.name](str(value), page.language) if each.name in WRITTEN else str(value)


def _held(body: BaseModel, name: str) -> object:
    return getattr(body, name, "")


def _lowered(what: str) -> str:
    return what[:1].lower() + what[1:]

"""Templates per language, with what every page may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from events.files import MAX_FILE_BYTES, PAGE_NAMES, PROGRAM_NAMES, THUMBNAIL_TYPES
from portal import cookies, countries, formats, static_assets, weblinks
from portal.form_parser import MIB
from portal.page_request import UNAVAILABLE, PageRequest
from portal.translations import gettext, ngettext
from web.i18n import Language
from web.text import mailboxes, phones
from web.text.days import spelled


class Templates:
    def __init__(self) -> None:
        self._environments: dict[Language, Environment] = {"fr": _environment("fr"), "en": _environment("en")}

    def render(self, visit: PageRequest, template: str, context: Mapping[str, object]) -> str:
        flash = cookies.told(unquote(visit.request.cookies.get(cookies.FLASH, "")))
        return self._environments[visit.language].get_template(template).render(context, visit=visit, flash=flash)


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    # A method that the extension adds.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda french: gettext(language, french),
        lambda singular, plural, number: ngettext(language, singular, plural, number),
        newstyle=True,
    )
    environment.filters.update(
        day=formats.day, moment=formats.moment, marked=formats.marked, holds=formats.holds, unbroken=formats.unbroken
    )
    environment.filters.update(size=lambda value: formats.size(value, language))
    environment.filters.update(month=lambda value: formats.month(value, language))
    environment.filters.update(spelled=lambda value, short=False: spelled(value, language, short=short))
    environment.filters.update(linked=weblinks.linked)
    environment.filters.update(country=lambda code: countries.country(code, language))
    environment.filters.update(phone=_given(phones.shown), phone_link=phones.uri, email=_given(mailboxes.shown))
    environment.globals.update(language=language, UNAVAILABLE=UNAVAILABLE, asset=static_assets.asset)
    # French sets a space before it, on which no line ends.
    environment.globals.update(colon="\u00a0:" if language == "fr" else ":")
    environment.globals.update(countries=countries.countries(language))
    environment.globals.update(PROGRAM_NAMES=PROGRAM_NAMES, PAGE_NAMES=PAGE_NAMES, THUMBNAIL_TYPES=THUMBNAIL_TYPES)
    environment.globals.update(MAX_FILE_MEGABYTES=MAX_FILE_BYTES // MIB)
    return environment


def _given(shown: Callable[[str], str]) -> Callable[[object], str]:
    return lambda value: shown(value) if isinstance(value, str) else ""

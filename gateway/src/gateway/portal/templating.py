"""Templates per language, with what every page may use."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from chassis.i18n import Language
from gateway.portal import formats, places, scripts
from gateway.portal.translations import gettext, ngettext
from gateway.portal.visit import AWAY, Visit


class Templates:
    def __init__(self) -> None:
        self._environments: dict[Language, Environment] = {"fr": _environment("fr"), "en": _environment("en")}

    def render(self, visit: Visit, template: str, **context: Any) -> str:
        flash = unquote(visit.request.cookies.get("flash", ""))[:300]
        return self._environments[visit.language].get_template(template).render(visit=visit, flash=flash, **context)


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("gateway.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda french: gettext(language, french),
        lambda singular, plural, number: ngettext(language, singular, plural, number),
        newstyle=True,
    )
    environment.filters.update(day=formats.day, moment=formats.moment, size=formats.size, marked=formats.marked)
    environment.filters.update(country=lambda code: places.country(code, language))
    environment.globals.update(language=language, AWAY=AWAY, asset=scripts.asset, countries=places.countries(language))
    return environment

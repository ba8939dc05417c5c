"""Every sentence of a refusal reaches the person: at its field, or above the form."""

from __future__ import annotations

from typing import Any, cast

import pytest

from api.incidents import StatusChange
from api.incidents.promises import ClosureCreate, PromiseSettingsPatch
from api.renewals import RenewalPatch
from portal.api_client import ApiRefused
from portal.forms import Form
from portal.page_request import PageRequest
from portal.pages.incidents.states import FORM as STATE
from portal.pages.renewals import FORM as RENEWAL
from portal.pages.settings.promise import CLOSURE, RULE
from portal.translations import gettext
from web.i18n import Language
from web.schemas import Request


class Page:
    """A page, as far as a form reads it."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def gettext(self, french: str) -> str:
        return gettext(self.language, french)

    def field(self, _: str) -> str:
        return '"1"'

    def refusal(self, kind: type[Request], values: dict[str, Any]) -> ApiRefused:
        with pytest.raises(ApiRefused) as refused:
            PageRequest._made(cast(PageRequest, self), kind, values)
        return refused.value


TOGETHER = (
    (CLOSURE, ClosureCreate, {"day": "2026-12-10", "until": "2026-12-05", "reason": "Pont"}, "suit le premier"),
    (CLOSURE, ClosureCreate, {"day": "2027-01-01", "until": "2027-12-31", "reason": "Pont"}, "suit le premier"),
    (RENEWAL, RenewalPatch, {"state": "lost"}, "a un motif"),
    (STATE, StatusChange, {"status": "rejected"}, "Dites pourquoi"),
    (STATE, StatusChange, {"status": "pending"}, "Un motif accompagne"),
)


@pytest.mark.parametrize(("form", "kind", "values", "said"), TOGETHER)
def test_what_several_fields_are_together_is_said(
    form: Form, kind: type[Request], values: dict[str, Any], said: str
) -> None:
    page = Page("fr")
    shown = form.errors(cast(PageRequest, page), page.refusal(kind, values))
    assert said in f"{shown.title} {' '.join(shown.wrong.values())}"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("form", "kind", "values", "place"),
    [
        (RENEWAL, RenewalPatch, {"state": "sold"}, "state"),
        (RENEWAL, RenewalPatch, {"state": "lost", "lost_reason": "sold"}, "lost_reason"),
        (STATE, StatusChange, {"status": "refused"}, "status"),
        (RULE, PromiseSettingsPatch, {"clock_start": "noon"}, "clock_start"),
    ],
)
def test_a_choice_is_never_told_by_its_codes(
    language: Language, form: Form, kind: type[Request], values: dict[str, Any], place: str
) -> None:
    page = Page(language)
    shown = form.errors(cast(PageRequest, page), page.refusal(kind, values))
    assert shown.wrong[place].endswith(
        {"fr": "choisissez une valeur de la liste.", "en": "choose a value of the list."}[language]
    )
    assert "'" not in shown.wrong[place]


def test_a_form_without_its_version_is_refused_in_words() -> None:
    refused = ApiRefused(428, {"code": "precondition_required", "title": "Indiquez la version (en-tête If-Match)."})
    assert "If-Match" not in RENEWAL.errors(cast(PageRequest, Page("fr")), refused).title

"""What people read: the guide's words, in French and in English."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from events.incidents import Status
from notifications import rules, wording
from notifications.kinds import KINDS
from notifications.wording import render


def words(notice: Any, language: Any = "fr") -> tuple[str, str]:
    rendered = render(notice.kind, notice.facts, language)
    return rendered.title, rendered.body


def test_a_resolved_incident_reads_as_in_the_guide(facts: Any) -> None:
    notice = rules.status_changed(facts.status("resolved"))
    assert words(notice) == ("[Nouveau statut] Incident n. 20122301", "Cet incident a été résolu.")
    assert words(notice, "en") == ("[New status] Incident no. 20122301", "This incident has been resolved.")


def test_every_status_has_its_sentence() -> None:
    assert set(wording.STATUS) == set(get_args(Status))
    assert all(set(sentence) == {"fr", "en"} for sentence in wording.STATUS.values())


def test_every_kind_has_title_and_button_in_both_languages() -> None:
    kinds = {*KINDS, "account_invited", "password_reset"}
    assert set(wording.TITLES) == set(wording.BUTTONS) == kinds
    assert all(set(text) == {"fr", "en"} for text in [*wording.TITLES.values(), *wording.BUTTONS.values()])


def test_a_declaration_names_who_and_what(facts: Any) -> None:
    notice = rules.declared(facts.declared())
    assert words(notice)[1] == "Jean Test a déclaré l’incident « Problème avec mon NAS »."
    assert words(notice, "en")[1] == "Jean Test declared the incident “Problème avec mon NAS”."


def test_a_message_is_quoted_on_one_line(facts: Any) -> None:
    assert words(rules.message_posted(facts.message()))[1] == "Jean Test a écrit : « Bonjour, le voyant est rouge. »"


@pytest.mark.parametrize(("count", "said"), [(1, "a ajouté un fichier."), (3, "a ajouté 3 fichiers.")])
def test_files_are_counted(facts: Any, count: int, said: str) -> None:
    notice = rules.files_attached(facts.files(), None, count)
    assert words(notice)[1].endswith(said)


@pytest.mark.parametrize(
    ("days_left", "said"),
    [
        (30, "La garantie de TS-131K-1TIW prend fin le 09/12/2023, dans 30 jours."),
        (1, "La garantie de TS-131K-1TIW prend fin demain, le 09/12/2023."),
        (0, "La garantie de TS-131K-1TIW prend fin aujourd’hui, le 09/12/2023."),
    ],
)
def test_an_expiring_contract_says_when(facts: Any, days_left: int, said: str) -> None:
    assert words(rules.contract_expiring(facts.expiring(days_left)))[1] == said


def test_a_moment_is_told_in_paris(facts: Any) -> None:
    said = words(rules.new_device(facts.new_device()))[1]
    assert said == "Votre compte a été ouvert le 23/12/2020 à 18:27 depuis un nouvel appareil : " + (
        "Firefox sur Linux (192.0.2.1)."
    )


def test_a_new_device_is_named_in_words(facts: Any) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    said = words(rules.new_device(facts.new_device(device=agent)))[1]
    assert said.endswith("depuis un nouvel appareil : Firefox sur Windows (192.0.2.1).")


def test_what_people_typed_is_text_and_no_template(facts: Any) -> None:
    notice = rules.declared(facts.declared(title="{number} {actor.__class__} \r\nBcc: x@y.test"))
    title, body = words(notice)
    assert title == "[Nouvel incident] Incident n. 20122301"
    assert "« {number} {actor.__class__} Bcc: x@y.test »" in body

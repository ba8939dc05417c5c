"""What people read: the guide's words, in French and in English."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from events.incidents import Status
from notifications import contract_notices, labels, recipients, status_labels
from notifications.labels import render
from notifications.notification_types import ACCOUNT_KINDS, KINDS
from web import clock


def words(notice: Any, language: Any = "fr") -> tuple[str, str]:
    rendered = render(notice.kind, notice.facts, language)
    return rendered.title, rendered.body


def test_a_resolved_incident_reads_as_in_the_guide(facts: Any) -> None:
    notice = recipients.status_changed(facts.status("resolved"))
    assert words(notice) == ("[Nouveau statut] Incident n. 20122301", "Cet incident a été résolu.")
    assert words(notice, "en") == ("[New status] Incident no. 20122301", "This incident has been resolved.")


@pytest.mark.parametrize(
    ("status", "more", "said", "said_in_english"),
    [
        (
            "pending",
            {"reason": "waiting_client", "note": "Le journal\nSMART complet"},
            "Cet incident est en attente\xa0: SQP attend une réponse du client. «\xa0Le journal SMART complet\xa0»",
            "This incident is pending: SQP is waiting for the client’s answer. “Le journal SMART complet”",
        ),
        ("pending", {"reason": "other"}, "Cet incident est en attente.", "This incident is pending."),
        ("pending", {}, "Cet incident est en attente.", "This incident is pending."),
        (
            "rejected",
            {"note": "Chute"},
            "Cet incident a été refusé. «\xa0Chute\xa0»",
            "This incident has been rejected. “Chute”",
        ),
        (
            "in_diagnosis",
            {"previous_status": "resolved"},
            "Cet incident a été rouvert par Jean Test.",
            "This incident has been reopened by Jean Test.",
        ),
        (
            "cancelled",
            {},
            "Cet incident a été annulé par Jean Test.",
            "This incident has been cancelled by Jean Test.",
        ),
    ],
)
def test_a_line_says_the_state_what_is_waited_for_and_the_note(
    facts: Any, status: str, more: dict[str, Any], said: str, said_in_english: str
) -> None:
    notice = recipients.status_changed(facts.status(status, **{"previous_status": "new", **more}))
    assert render(notice.kind, notice.facts, "fr").line == said
    assert render(notice.kind, notice.facts, "en").line == said_in_english


def test_who_is_waited_for_reads_so_and_has_a_button_to_reply(facts: Any) -> None:
    notice = recipients.seen_from(
        recipients.status_changed(facts.status("pending", reason="waiting_client")), "client", "administrator"
    )
    french, english = render(notice.kind, notice.facts, "fr"), render(notice.kind, notice.facts, "en")
    assert (french.line, french.button) == ("Cet incident est en attente\xa0: SQP attend votre réponse.", "Répondre")
    assert (english.line, english.button) == ("This incident is pending: SQP is waiting for your answer.", "Reply")


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("Revendeur Test", "Revendeur Test vous donne accès, pour Boulangerie Dupont, à la plateforme"),
        ("Boulangerie Dupont", "Boulangerie Dupont vous donne accès à la plateforme"),
        ("", "Un compte vous attend, pour Boulangerie Dupont, sur la plateforme"),
        (None, "Un compte vous attend, pour Boulangerie Dupont, sur la plateforme"),
    ],
)
def test_an_invitation_says_who_gives_the_access(by: str | None, said: str) -> None:
    known = {"organisation_name": "Boulangerie Dupont", "login": "x", "at": "2020-12-23T17:27:00+00:00"}
    more = {} if by is None else {"invited_by": by}
    words = render("account_invited", {**known, "purpose": "invitation", **more}, "fr")
    assert words.body == f"{said} de gestion des contrats de service."


def test_a_long_note_is_cut_in_the_line_and_whole_in_the_email(facts: Any) -> None:
    note = "Renvoyez le disque.\n\n" + "mot " * 200
    words = render("status_changed", recipients.status_changed(facts.status("resolved", note=note)).facts, "fr")
    assert words.quote == note.strip()
    assert len(words.line) < 260
    assert words.line.endswith("…\xa0»")


def test_several_contracts_are_counted(facts: Any) -> None:
    facts_of_many = {**contract_notices.contract_registered(facts.registered()).facts, "count": 300}
    words = render("contract_registered", facts_of_many, "fr")
    assert (words.title, words.button) == ("[Nouveaux contrats] 300 contrats", "Voir les contrats")
    assert words.body == "300 contrats sont enregistrés, dont le n°\xa029962 pour TS-131K-1TIW."


def test_every_status_has_its_sentence() -> None:
    assert set(status_labels.STATUS) == set(get_args(Status))
    assert all(set(sentence) == {"fr", "en"} for sentence in status_labels.STATUS.values())


def test_every_kind_has_title_and_button_in_both_languages() -> None:
    kinds = {*KINDS, *ACCOUNT_KINDS}
    assert set(labels.TITLES) == set(labels.BUTTONS) == kinds
    assert all(set(text) == {"fr", "en"} for text in [*labels.TITLES.values(), *labels.BUTTONS.values()])


def test_a_declaration_names_who_and_what(facts: Any) -> None:
    notice = recipients.declared(facts.declared())
    assert words(notice)[1] == "Jean Test a déclaré l’incident «\xa0Problème avec mon NAS\xa0»."
    assert words(notice, "en")[1] == "Jean Test declared the incident “Problème avec mon NAS”."


def test_a_declaration_names_the_day_of_the_promised_dispatch(facts: Any) -> None:
    notice = recipients.declared(facts.declared(promised_on="2020-12-24"))
    said = "Jean Test a déclaré l’incident «\xa0Problème avec mon NAS\xa0». Envoi promis le 24/12/2020."
    assert words(notice)[1] == said
    assert words(notice, "en")[1].endswith("Dispatch promised on 24/12/2020.")


@pytest.mark.parametrize(
    ("changes", "said", "in_english"),
    [
        ({}, ".", "."),
        ({"promised_on": "2020-12-24"}, ". Envoi promis le 24/12/2020.", ". Dispatch promised on 24/12/2020."),
    ],
)
def test_a_declaration_on_the_telephone_names_for_whom(facts: Any, changes: Any, said: str, in_english: str) -> None:
    notice = recipients.declared(facts.declared_for_a_caller(**changes))
    assert words(notice)[1] == (
        "Jean Test (SQP) a déclaré l’incident «\xa0Problème avec mon NAS\xa0» pour Revendeur Test, M. Durand, "
        f"par téléphone{said}"
    )
    assert words(notice, "en")[1] == (
        "Jean Test (SQP) declared the incident “Problème avec mon NAS” for Revendeur Test, M. Durand, "
        f"by telephone{in_english}"
    )


def test_a_message_is_quoted_on_one_line(facts: Any) -> None:
    assert (
        words(recipients.message_posted(facts.message()))[1]
        == "Jean Test a écrit\xa0: «\xa0Bonjour, le voyant est rouge.\xa0»"
    )


def test_a_missed_promise_names_the_day(facts: Any) -> None:
    notice = recipients.promise_missed(facts.missed())
    said = "L’envoi était promis pour le 24/12/2020 et n’a pas eu lieu\xa0: la promesse J+1 est dépassée."
    assert words(notice) == ("[Envoi en retard] Incident n. 20122301", said)
    assert words(notice, "en")[1].startswith("Dispatch was promised for 24/12/2020")


@pytest.mark.parametrize(("count", "said"), [(1, "a ajouté un fichier."), (3, "a ajouté 3 fichiers.")])
def test_files_are_counted(facts: Any, count: int, said: str) -> None:
    notice = recipients.files_attached(facts.files(), None, count)
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
    assert words(contract_notices.contract_expiring(facts.expiring(days_left)))[1] == said


def test_a_moment_is_told_in_paris(facts: Any) -> None:
    said = words(recipients.new_device(facts.new_device()))[1]
    assert said == "Votre compte a été ouvert le 23/12/2020 à 18:27 depuis un nouvel appareil\xa0: " + (
        "Firefox sur Linux (192.0.2.1)."
    )


def test_a_new_device_is_named_in_words(facts: Any) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    said = words(recipients.new_device(facts.new_device(device=agent)))[1]
    assert said.endswith("depuis un nouvel appareil\xa0: Firefox sur Windows (192.0.2.1).")


def test_what_people_typed_is_text_and_no_template(facts: Any) -> None:
    notice = recipients.declared(facts.declared(title="{number} {actor.__class__} \r\nBcc: x@y.test"))
    title, body = words(notice)
    assert title == "[Nouvel incident] Incident n. 20122301"
    assert "«\xa0{number} {actor.__class__} Bcc: x@y.test\xa0»" in body


@pytest.mark.parametrize("told", ["registered", "extended"])
@pytest.mark.parametrize(
    ("days", "said", "said_in_english"),
    [(0, "est protégé", "is covered"), (1, "est protégé", "is covered"), (-1, "était protégé", "was covered")],
)
def test_a_cover_whose_end_has_passed_is_past(
    facts: Any, told: str, days: int, said: str, said_in_english: str
) -> None:
    ends_on = clock.today() + timedelta(days=days)
    notice = getattr(contract_notices, f"contract_{told}")(getattr(facts, told)(warranty_ends_on=ends_on.isoformat()))
    assert f"le matériel {said} jusqu’au {ends_on:%d/%m/%Y}" in words(notice)[1]
    assert f"the equipment {said_in_english} until {ends_on:%d/%m/%Y}" in words(notice, "en")[1]

"""Reminders of what is to come back: who is told, and in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from services.notifications.tests.test_recipients import sides

from notifications import exchange_notices
from notifications.labels import render
from web.i18n import Language

BOTH = {"reseller", "client"}


def with_plain_spaces(sentence: str) -> str:
    """Without what French typography asks for, which tests of its own hold."""
    return sentence.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("days_left", "days_under_way", "consequence", "title", "body"),
    [
        (
            5,
            0,
            "warn",
            "[Retour à faire]",
            "est à renvoyer à SQP, au plus tard le {due}. En cas de retard, SQP envoie des relances.",
        ),
        (1, 0, "standard", "[Retour à faire]", "les échanges suivants ne partent qu’après réception"),
        (
            1,
            1,
            "refused",
            "[Retour à faire]",
            "le délai prend fin aujourd’hui, le {due}. En cas de retard, aucun nouvel",
        ),
        (1, 3, "warn", "[Retour en retard]", "et n’est pas encore arrivé. Merci de le renvoyer sans attendre."),
        (
            -1,
            0,
            "warn",
            "[Retour en retard]",
            "était à renvoyer à SQP au plus tard le {due} et n’est pas encore arrivé.",
        ),
        (-7, 0, "standard", "[Retour en retard]", "Tant qu’il manque, un échange ne part qu’après réception"),
        (-7, 0, "refused", "[Retour en retard]", "Tant qu’il manque, aucun échange n’est accordé."),
    ],
)
def test_a_reminder_says_until_when_and_what_follows(
    facts: Any, days_left: int, days_under_way: int, consequence: str, title: str, body: str
) -> None:
    event = facts.reminded(days_left, consequence=consequence)
    told_on = event.return_due_on - timedelta(days=days_left - days_under_way)
    notice = exchange_notices.reminded(event, told_on)
    words = render(notice.kind, notice.facts, "fr")
    assert words.title == f"{title} Incident n. 20122301"
    assert "TS-131K (n° de série Q207B17555)" in with_plain_spaces(words.body)
    assert body.format(due=f"{event.return_due_on:%d/%m/%Y}") in with_plain_spaces(words.body)


def test_a_reminder_is_for_the_administrators_who_hold_the_product(facts: Any) -> None:
    event = facts.reminded()
    notice = exchange_notices.reminded(event, event.return_due_on)
    assert sides(notice.audience) == BOTH
    assert notice.audience.administrators
    assert sides(exchange_notices.reminded(facts.reminded(client_id=None), event.return_due_on).audience) == {
        "reseller"
    }
    assert "secret-token" not in str(notice.facts)


@pytest.mark.parametrize(
    ("language", "serial", "expected"),
    [
        ("fr", "Q251I02233", "Le remplacement TS-131K (n° de série Q251I02233) est à renvoyer à SQP"),
        ("en", "Q251I02233", "The replacement TS-131K (serial number Q251I02233) is to be sent back to SQP"),
        ("fr", "", "La pièce reçue pour TS-131K est à renvoyer à SQP"),
    ],
)
def test_a_reminder_of_a_replacement_names_it_and_offers_no_disk_to_be_kept(
    facts: Any, language: Language, serial: str, expected: str
) -> None:
    event = facts.reminded(5, of_replacement=True, serial_number=serial)
    notice = exchange_notices.reminded(event, event.return_due_on - timedelta(days=5))
    words = render(notice.kind, notice.facts, language)
    assert with_plain_spaces(words.body).startswith(expected)
    assert "disque" not in str(words.notes)

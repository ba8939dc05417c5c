"""What people read of answers that SQP waits for."""

from __future__ import annotations

from typing import Any

from web.i18n import Language, text

TITLE = text("[Rappel] Incident n. {number}", "[Reminder] Incident no. {number}")
BODY = text("SQP attend toujours votre réponse.", "SQP is still waiting for your answer.")

# Title, sentence and button, of several incidents.
OF_MANY = (
    text("[Rappel] {count} incidents", "[Reminder] {count} incidents"),
    text(
        "SQP attend votre réponse sur {count} incidents.",
        "SQP awaits your answer on {count} incidents.",
    ),
    text("Voir les incidents", "See the incidents"),
)
AWAITED = text("Réponses attendues", "Answers awaited")
LINE = text("{number} · {title}", "{number} · {title}")
ASKED = text("{number} · {title} : « {asked} »", "{number} · {title}: “{asked}”")
ANSWER = text("Répondre sur l’incident n° {number}", "Reply on incident no. {number}")
# The list has them all; the e-mail stays one that is read.
MOST_LINKS = 20


def awaited(facts: dict[str, Any], language: Language) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The incidents with what was asked, as an e-mail lists them."""
    lines = tuple((ASKED if each["asked"] else LINE)[language].format_map(each) for each in facts["incidents"])
    return ((AWAITED[language], lines),)


def links(facts: dict[str, Any], language: Language) -> tuple[tuple[str, str], ...]:
    """To where the answers go."""
    return tuple((ANSWER[language].format_map(each), each["path"]) for each in facts["incidents"][:MOST_LINKS])

"""The sentences about a declaration: its author, the caller if SQP took it on the telephone, and the promised day."""

from __future__ import annotations

from typing import Any

from web.i18n import Text, text

DECLARED = text("{actor} a déclaré l’incident « {title} ».", "{actor} declared the incident “{title}”.")
DECLARED_WITH_PROMISE = text(
    "{actor} a déclaré l’incident « {title} ». Envoi promis le {day}.",
    "{actor} declared the incident “{title}”. Dispatch promised on {day}.",
)
DECLARED_FOR = text(
    "{actor} (SQP) a déclaré l’incident « {title} » pour {party}, {caller}, par téléphone.",
    "{actor} (SQP) declared the incident “{title}” for {party}, {caller}, by telephone.",
)
DECLARED_FOR_WITH_PROMISE = text(
    "{actor} (SQP) a déclaré l’incident « {title} » pour {party}, {caller}, par téléphone. Envoi promis le {day}.",
    "{actor} (SQP) declared the incident “{title}” for {party}, {caller}, by telephone. Dispatch promised on {day}.",
)


def body(facts: dict[str, Any]) -> Text:
    """``party`` and ``caller`` go together."""
    if "caller" in facts:
        return DECLARED_FOR_WITH_PROMISE if "ends_on" in facts else DECLARED_FOR
    return DECLARED_WITH_PROMISE if "ends_on" in facts else DECLARED

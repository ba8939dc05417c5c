"""Labels and names, in the guide's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from api.incidents import Choice
from api.incidents.promises import PromiseState
from events.incidents import Nature, Status
from web.i18n import Language, Text, text

Word = TypeVar("Word")

STATUS: Mapping[Status, Text] = {
    "new": text("Déclaré", "Declared"),
    "in_diagnosis": text("Diagnostic en cours", "Being diagnosed"),
    "pending": text("En attente", "On hold"),
    "exchange": text("Échange en cours", "Exchange under way"),
    "resolved": text("Résolu", "Resolved"),
    "closed": text("Clos", "Closed"),
    "rejected": text("Refusé", "Refused"),
    "cancelled": text("Annulé", "Cancelled"),
}

NATURE: Mapping[Nature, Text] = {
    "defective": text("Produit défectueux", "Defective product"),
    "damaged": text("Produit endommagé", "Damaged product"),
    "incomplete": text("Produit incomplet", "Incomplete product"),
    "other": text("Autre", "Other"),
}

# Beside the day that is promised.
PROMISE: Mapping[PromiseState, Text] = {
    "running": text("Envoi promis", "Dispatch promised"),
    "paused": text("Promesse suspendue", "Promise on hold"),
    "kept": text("Promesse tenue", "Promise kept"),
    "missed": text("Promesse dépassée", "Promise missed"),
}

PLATFORM = text("La plateforme", "The platform")
SQP = "SQP"
# SQP declared for a caller.
BY_TELEPHONE = text(
    "{name} (SQP) pour {party}, {caller}, par téléphone", "{name} (SQP) for {party}, {caller}, by telephone"
)


def choices(words: Mapping[Word, Text], language: Language) -> list[Choice]:
    """The words of a closed list, for a request to choose from."""
    return [Choice(value=str(word), label=label[language]) for word, label in words.items()]

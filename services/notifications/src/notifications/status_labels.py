"""What people read of an incident's new state."""

from __future__ import annotations

from typing import Any

from web.i18n import Language, Text, text

STATUS: dict[str, Text] = {
    "new": text("Cet incident a été déclaré.", "This incident has been declared."),
    "in_diagnosis": text("Cet incident est en cours de diagnostic.", "This incident is being diagnosed."),
    "pending": text("Cet incident est en attente.", "This incident is pending."),
    "exchange": text("Un échange est en cours pour cet incident.", "An exchange is under way for this incident."),
    "resolved": text("Cet incident a été résolu.", "This incident has been resolved."),
    "closed": text("Cet incident a été clos.", "This incident has been closed."),
    "rejected": text("Cet incident a été refusé.", "This incident has been rejected."),
    "cancelled": text("Cet incident a été annulé.", "This incident has been cancelled."),
}

# Instead of the status' own sentence, for what is waited for and for those who are waited for.
PENDING: dict[str, Text] = {
    "waiting_reseller": text(
        "Cet incident est en attente : SQP attend une réponse du revendeur.",
        "This incident is pending: SQP is waiting for the reseller’s answer.",
    ),
    "waiting_client": text(
        "Cet incident est en attente : SQP attend une réponse du client.",
        "This incident is pending: SQP is waiting for the client’s answer.",
    ),
    "stock": text(
        "Cet incident est en attente : SQP attend l’arrivée du matériel en stock.",
        "This incident is pending: SQP is waiting for the equipment to be in stock.",
    ),
    "maker": text(
        "Cet incident est en attente : SQP attend une réponse du constructeur.",
        "This incident is pending: SQP is waiting for the maker’s answer.",
    ),
    "carrier": text(
        "Cet incident est en attente : SQP attend une réponse du transporteur.",
        "This incident is pending: SQP is waiting for the carrier’s answer.",
    ),
}
AWAITED = text(
    "Cet incident est en attente : SQP attend votre réponse.",
    "This incident is pending: SQP is waiting for your answer.",
)
REOPENED = text("Cet incident a été rouvert par {actor}.", "This incident has been reopened by {actor}.")
MERGED = text(
    "Cet incident est fusionné avec l’incident n° {other} : la suite s’y lit.",
    "This incident is merged with incident no. {other}: what follows is read there.",
)
PARTED = text(
    "La fusion avec l’incident n° {other} est annulée : cet incident suit de nouveau son cours.",
    "The merge with incident no. {other} is undone: this incident goes on by itself again.",
)
CANCELLED = text("Cet incident a été annulé par {actor}.", "This incident has been cancelled by {actor}.")

# Of incidents that SQP moved together.
TITLE_OF_MANY = text("[Nouveau statut] {count} incidents", "[New status] {count} incidents")
SEE_MANY = text("Voir les incidents", "See the incidents")
CONCERNED = text("Incidents concernés", "Incidents concerned")
MANY: dict[str, Text] = {
    "in_diagnosis": text("{count} incidents sont en cours de diagnostic.", "{count} incidents are being diagnosed."),
    "pending": text("{count} incidents sont en attente.", "{count} incidents are pending."),
    "exchange": text(
        "Un échange est en cours pour {count} incidents.", "Exchanges are under way for {count} incidents."
    ),
    "resolved": text("{count} incidents ont été résolus.", "{count} incidents have been resolved."),
    "closed": text("{count} incidents ont été clos.", "{count} incidents have been closed."),
    "rejected": text("{count} incidents ont été refusés.", "{count} incidents have been rejected."),
    "cancelled": text(
        "{count} incidents ont été annulés par {actor}.", "{count} incidents have been cancelled by {actor}."
    ),
    "waiting_reseller": text(
        "{count} incidents sont en attente : SQP attend une réponse du revendeur.",
        "{count} incidents are pending: SQP is waiting for the reseller’s answer.",
    ),
    "waiting_client": text(
        "{count} incidents sont en attente : SQP attend une réponse du client.",
        "{count} incidents are pending: SQP is waiting for the client’s answer.",
    ),
    "stock": text(
        "{count} incidents sont en attente : SQP attend l’arrivée du matériel en stock.",
        "{count} incidents are pending: SQP is waiting for the equipment to be in stock.",
    ),
    "maker": text(
        "{count} incidents sont en attente : SQP attend une réponse du constructeur.",
        "{count} incidents are pending: SQP is waiting for the maker’s answer.",
    ),
    "carrier": text(
        "{count} incidents sont en attente : SQP attend une réponse du transporteur.",
        "{count} incidents are pending: SQP is waiting for the carrier’s answer.",
    ),
}


def of_many(facts: dict[str, Any]) -> Text:
    return MANY.get(facts["awaits"]) or MANY[facts["status"]]


def concerned(facts: dict[str, Any], language: Language) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The incidents, as an e-mail lists them."""
    lines = tuple(f"{each['number']} · {each['title']}" for each in facts["incidents"])
    return ((CONCERNED[language], lines),)

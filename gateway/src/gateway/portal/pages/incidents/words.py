"""What a person reads of an incident beside the services' own labels: who they are, what comes next, what a file is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.portal import formats
from gateway.portal.site import Page
from gateway.portal.translations import later

CLOSES_AFTER = timedelta(days=14)

KINDS = {"sqp": later("SQP"), "reseller": later("Revendeur"), "client": later("Client")}

STEPS = {
    "new": later("SQP va examiner la déclaration."),
    "in_diagnosis": later("SQP analyse le problème."),
    "exchange": later("SQP prépare l’échange du matériel."),
    "closed": later("Cet incident a été clos."),
    "rejected": later("Cet incident a été refusé."),
    "cancelled": later("Cet incident a été annulé."),
}
RESOLVED = later("Cet incident a été résolu.")
RESOLVED_FOR_READERS = later("Cet incident a été résolu. Sans suite, il sera clos le %(day)s.")
RESOLVED_UNTIL = later("Cet incident a été résolu. Sans suite de votre part, il sera clos le %(day)s.")
STEPS_OF_SQP = {
    "new": later("Déclaration à examiner."),
    "in_diagnosis": later("Diagnostic à terminer."),
    "exchange": later("Échange à préparer."),
}
WAITS = {
    "waiting_reseller": later("SQP attend une réponse du revendeur."),
    "waiting_client": later("SQP attend une réponse du client."),
    "stock": later("SQP attend l’arrivée du matériel en stock."),
    "maker": later("SQP attend une réponse du constructeur."),
    "carrier": later("SQP attend une réponse du transporteur."),
    "other": later("SQP reprendra ce dossier dès que possible."),
}
YOURS = later("SQP attend votre réponse.")

REASONS = {
    "waiting_reseller": later("En attente du revendeur"),
    "waiting_client": later("En attente du client"),
    "stock": later("En attente de stock"),
    "maker": later("En attente du constructeur"),
    "carrier": later("En attente du transporteur"),
    "other": later("Autre"),
}

FILE_KINDS = (
    ("image/", later("Image")),
    ("video/", later("Vidéo")),
    ("text/", later("Texte")),
    ("application/pdf", later("PDF")),
    ("application/zip", later("Archive")),
    ("application/gzip", later("Archive")),
    ("application/vnd.rar", later("Archive")),
    ("application/x-", later("Archive")),
    ("application/json", later("Texte")),
    ("application/", later("Document")),
)


def next_step(page: Page, incident: dict[str, Any], history: Sequence[dict[str, Any]]) -> str:
    """The next expected step, as one sentence for this reader."""
    status, reason = incident["status"], incident["pending_reason"]
    if status == "pending":
        is_mine = reason == f"waiting_{page.who.organisation_kind}"
        return page.gettext(YOURS if is_mine else WAITS[reason])
    if status == "resolved":
        closing = _closes_on(history)
        until = RESOLVED_UNTIL if page.may("reseller", "client", write=True) else RESOLVED_FOR_READERS
        return page.gettext(until) % {"day": closing} if closing else page.gettext(RESOLVED)
    own = STEPS_OF_SQP if page.may("sqp") else {}
    return page.gettext(own.get(status, STEPS[status]))


def _closes_on(history: Sequence[dict[str, Any]]) -> str:
    resolved = [line["at"] for line in history if line["to"] == "resolved"]
    return formats.moment(datetime.fromisoformat(resolved[-1]) + CLOSES_AFTER)[:10] if resolved else ""


def file_kind(page: Page, media_type: str | None) -> str:
    """*Image*, *PDF*, … of a media type; empty when there is none yet."""
    found = (label for start, label in FILE_KINDS if (media_type or "").startswith(start))
    return page.gettext(next(found, ""))

"""What a person reads of an incident beside the services' own labels: who they are, what comes next, what a file is."""

from __future__ import annotations

from api.incidents import Incident, Person
from portal import formats
from portal.page import Page
from portal.translations import N_

KINDS = {"sqp": N_("SQP"), "reseller": N_("Revendeur"), "client": N_("Client")}

STEPS = {
    "new": N_("SQP va examiner la déclaration."),
    "in_diagnosis": N_("SQP analyse le problème."),
    "exchange": N_("Le matériel est en cours d’échange."),
    "closed": N_("Cet incident a été clos."),
    "rejected": N_("Cet incident a été refusé."),
    "cancelled": N_("Cet incident a été annulé."),
}
RESOLVED_FOR_READERS = N_("Cet incident a été résolu. Sans suite, il sera clos le %(day)s.")
RESOLVED_UNTIL = N_("Cet incident a été résolu. Sans suite de votre part, il sera clos le %(day)s.")
STEPS_OF_SQP = {
    "new": N_("Déclaration à examiner."),
    "in_diagnosis": N_("Diagnostic à terminer."),
    "exchange": N_("Échange à mener à son terme."),
}
WAITS = {
    "waiting_reseller": N_("SQP attend une réponse du revendeur."),
    "waiting_client": N_("SQP attend une réponse du client."),
    "stock": N_("SQP attend l’arrivée du matériel en stock."),
    "maker": N_("SQP attend une réponse du constructeur."),
    "carrier": N_("SQP attend une réponse du transporteur."),
    "other": N_("SQP reprendra ce dossier dès que possible."),
}
MERGED = N_("Fusionné avec l’incident n° %(number)s : la suite s’y lit.")
FOR_CALLER = N_("pour %(party)s, %(caller)s, par téléphone")
YOURS = N_("SQP attend votre réponse.")

FILE_KINDS = (
    ("image/", N_("Image")),
    ("video/", N_("Vidéo")),
    ("audio/", N_("Son")),
    ("text/", N_("Texte")),
    ("application/pdf", N_("PDF")),
    ("application/zip", N_("Archive")),
    ("application/gzip", N_("Archive")),
    ("application/vnd.rar", N_("Archive")),
    ("application/x-", N_("Archive")),
    ("application/json", N_("Texte")),
    ("application/", N_("Document")),
)


def by_whom(page: Page, by: Person, on_behalf: Person | None) -> str:
    """The name of the person who declared or moved an incident, the kind of organisation, and the caller for whom SQP
    declared."""
    kind = f" ({page.gettext(KINDS[by.organisation_kind])})" if by.organisation_kind else ""
    if on_behalf is None:
        return f"{by.name}{kind}"
    named = {"party": on_behalf.organisation_name, "caller": on_behalf.name}
    return f"{by.name}{kind} {page.gettext(FOR_CALLER) % named}"


def answer_in(page: Page, incident: Incident) -> str:
    """The thread in which this reader answers what SQP waits for; empty for who is not waited for, or may not write."""
    kind = page.who.organisation_kind
    if incident.status != "pending" or incident.pending_reason != f"waiting_{kind}":
        return ""
    thread = "client" if kind == "client" else "sqp"
    return thread if thread in incident.actions.write else ""


def next_step(page: Page, incident: Incident) -> str:
    """The next expected step, as one sentence for this reader."""
    status, reason = incident.status, incident.pending_reason
    if incident.merged_into:
        return page.gettext(MERGED) % {"number": incident.merged_into}
    if status == "pending" and reason:
        is_mine = reason == f"waiting_{page.who.organisation_kind}"
        return page.gettext(YOURS if is_mine else WAITS[reason])
    if status == "resolved":
        until = RESOLVED_UNTIL if page.may("reseller", "client", write=True) else RESOLVED_FOR_READERS
        return page.gettext(until) % {"day": formats.day(incident.closes_on)}
    own = STEPS_OF_SQP if page.may("sqp") else {}
    return page.gettext(own.get(status, STEPS[status]))


def file_kind(page: Page, media_type: str | None) -> str:
    """*Image*, *PDF*, … of a media type; empty when there is none yet."""
    found = (label for start, label in FILE_KINDS if (media_type or "").startswith(start))
    return page.gettext(next(found, ""))

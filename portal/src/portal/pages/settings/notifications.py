"""What comes by e-mail as well, and what may stay out of the portal's notifications."""

from __future__ import annotations

from starlette.responses import Response

from api.notifications import PreferencesPut
from portal.page import Page
from portal.router import Blueprint
from portal.services import notifications
from portal.translations import N_

blueprint = Blueprint()

KINDS = {
    "incident_declared": N_("Un incident est déclaré"),
    "incident_shared": N_("Un incident est partagé avec vous"),
    "status_changed": N_("L’état d’un incident change"),
    "answer_reminded": N_("SQP attend toujours votre réponse"),
    "closing_postponed": N_("La clôture d’un incident résolu est repoussée"),
    "promise_missed": N_("Un envoi promis a du retard"),
    "exchange_changed": N_("Un échange avance : décision, colis, retour"),
    "return_reminded": N_("Un matériel est à renvoyer à SQP"),
    "message_posted": N_("Vous recevez un message"),
    "note_mentioned": N_("Une note interne vous mentionne"),
    "note_written": N_("Une note interne suit l’une des vôtres"),
    "files_attached": N_("Un fichier est ajouté à un incident"),
    "contract_registered": N_("Un contrat est enregistré"),
    "contract_extended": N_("Un contrat est étendu"),
    "contract_expiring": N_("Une garantie approche de sa fin"),
    "sign_up_requested": N_("Un client demande un accès au portail"),
}
GROUPS = (
    (
        N_("Incidents"),
        (
            "incident_declared",
            "incident_shared",
            "status_changed",
            "answer_reminded",
            "closing_postponed",
            "promise_missed",
            "exchange_changed",
            "return_reminded",
            "message_posted",
            "note_mentioned",
            "note_written",
            "files_attached",
        ),
    ),
    (N_("Contrats"), ("contract_registered", "contract_extended", "contract_expiring")),
    (N_("Compte"), ("sign_up_requested",)),
)
FOR_SQP = {"closing_postponed", "note_mentioned", "note_written"}
# Administrators of a client see all of its incidents.
FOR_READERS = {"incident_shared"}
# Of contracts, of returns, of answers and of requests, administrators alone are told.
FOR_ADMINISTRATORS = {
    "answer_reminded": ("reseller", "client"),
    "return_reminded": ("reseller", "client"),
    "contract_registered": ("reseller", "client"),
    "contract_extended": ("reseller", "client"),
    "contract_expiring": ("reseller", "client"),
    "sign_up_requested": ("reseller",),
}


@blueprint.get("/parametres/notifications")
async def show(page: Page) -> Response:
    preferences = await notifications.preferences(page)
    return await page.render(
        "settings/notifications.html", chosen=preferences.email, in_app=preferences.app, groups=_groups(page)
    )


@blueprint.post("/parametres/notifications")
async def save(page: Page) -> Response:
    """What the person is never told of keeps its choice: rights may grow."""
    shown = {kind for _, kinds in _groups(page) for kind in kinds}
    known = await notifications.preferences(page)
    chosen = {}
    for place, stands in (("email", known.email), ("app", known.app)):
        wanted = set(page.fields(place))
        chosen[place] = {kind: kind in wanted if kind in shown else was for kind, was in stands.items()}
    await notifications.prefer(page, page.build(PreferencesPut, chosen))
    return page.redirect("/parametres/notifications", flash=page.gettext("Vos préférences sont enregistrées."))


def _groups(page: Page) -> list[tuple[str, dict[str, str]]]:
    """Headings with the kinds that the person can be told of, in French."""
    groups = [(title, {kind: KINDS[kind] for kind in kinds if _is_told(page, kind)}) for title, kinds in GROUPS]
    return [(title, kinds) for title, kinds in groups if kinds]


def _is_told(page: Page, kind: str) -> bool:
    if kind in FOR_SQP:
        return page.may("sqp")
    if kind in FOR_READERS:
        return page.may("client") and not page.may(write=True)
    return kind not in FOR_ADMINISTRATORS or page.may(*FOR_ADMINISTRATORS[kind], write=True)

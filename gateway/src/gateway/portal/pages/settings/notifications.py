"""What comes by e-mail as well."""

from __future__ import annotations

from starlette.responses import Response

from gateway.portal.site import Page, Section
from gateway.portal.translations import later

section = Section()

KINDS = {
    "incident_declared": later("Un incident est déclaré"),
    "status_changed": later("L’état d’un incident change"),
    "message_posted": later("Vous recevez un message"),
    "files_attached": later("Un fichier est ajouté à un incident"),
    "contract_registered": later("Un contrat est enregistré"),
    "contract_extended": later("Un contrat est étendu"),
    "contract_expiring": later("Une garantie approche de sa fin"),
    "sign_up_requested": later("Un client demande un accès au portail"),
    "new_device": later("Votre compte est ouvert depuis un nouvel appareil"),
}
GROUPS = (
    (later("Incidents"), ("incident_declared", "status_changed", "message_posted", "files_attached")),
    (later("Contrats"), ("contract_registered", "contract_extended", "contract_expiring")),
    (later("Compte"), ("sign_up_requested", "new_device")),
)
# Of contracts and of requests, administrators alone are told.
FOR_ADMINISTRATORS = {
    "contract_registered": ("reseller", "client"),
    "contract_extended": ("reseller", "client"),
    "contract_expiring": ("reseller", "client"),
    "sign_up_requested": ("reseller",),
}


@section.get("/parametres/notifications")
async def show(page: Page) -> Response:
    preferences = await page.get("/notifications/preferences")
    return await page.render("settings/notifications.html", chosen=preferences["email"], groups=_groups(page))


@section.post("/parametres/notifications")
async def save(page: Page) -> Response:
    """What the person is never told of keeps its choice: rights may grow."""
    shown = {kind for _, kinds in _groups(page) for kind in kinds}
    known = (await page.get("/notifications/preferences"))["email"]
    wanted = set(page.fields("email"))
    chosen = {kind: kind in wanted if kind in shown else known[kind] for kind in known}
    await page.change("PUT", "/notifications/preferences", {"email": chosen})
    return page.redirect("/parametres/notifications", flash=page.gettext("Vos préférences sont enregistrées."))


def _groups(page: Page) -> list[tuple[str, dict[str, str]]]:
    """Headings with the kinds that the person can be told of, in French."""
    groups = [(title, {kind: KINDS[kind] for kind in kinds if _is_told(page, kind)}) for title, kinds in GROUPS]
    return [(title, kinds) for title, kinds in groups if kinds]


def _is_told(page: Page, kind: str) -> bool:
    return kind not in FOR_ADMINISTRATORS or page.may(*FOR_ADMINISTRATORS[kind], write=True)

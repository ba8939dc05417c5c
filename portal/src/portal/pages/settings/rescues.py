"""What two people of SQP do together for a sole administrator who lost the second factor."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from api.identity.factors import RescueAsk
from portal.api_client import ApiRefused
from portal.forms import BARE, FINE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.proof import proven
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import factors
from portal.translations import N_

blueprint = Blueprint()

RESCUES = "/parametres/secours"
FORM = Form(
    Field("login", N_("Identifiant")),
    Field("reason", N_("Comment vous savez que c’est bien cette personne")),
    places={
        "rescue_not_found": "login",
        "not_sole_administrator": "login",
        "person_without_factor": "login",
        "rescue_pending": "login",
    },
)
ASKED = N_("Le secours est demandé : une autre personne de SQP doit le confirmer. La personne en est prévenue.")
CONFIRMED = N_("Le secours est confirmé : un lien vient de partir.")
REFUSED = N_("Le secours est refusé.")
UNKNOWN = N_("Aucun compte ne porte cet identifiant.")


@blueprint.get(RESCUES)
@writers("sqp")
async def show(page: Page) -> Response:
    return await _shown(page, FINE)


@blueprint.post(RESCUES)
@writers("sqp")
@proven
async def ask(page: Page) -> Response:
    gaps = FORM.gaps(page)
    if gaps:
        return await _shown(page, gaps)
    try:
        await factors.ask_for_rescue(page, page.build(RescueAsk, FORM.typed(page)), page.field("key"))
    except ApiRefused as refused:
        if refused.code == "proof_needed":
            raise
        if refused.status == 404:
            return await _shown(page, FormErrors(409, wrong={"login": page.gettext(UNKNOWN)}))
        return await _shown(page, FORM.errors(page, refused))
    return page.redirect(RESCUES, flash=page.gettext(ASKED))


@blueprint.post(f"{RESCUES}/{{id:uuid}}/confirmer")
@writers("sqp")
@proven
async def confirm(page: Page) -> Response:
    return await _decided(page, "confirm", CONFIRMED)


@blueprint.post(f"{RESCUES}/{{id:uuid}}/refuser")
@writers("sqp")
async def refuse(page: Page) -> Response:
    return await _decided(page, "refuse", REFUSED)


async def _decided(page: Page, what: str, said: str) -> Response:
    try:
        await factors.decide_rescue(page, page.request.path_params["id"], what)
    except ApiRefused as refused:
        if refused.code == "proof_needed":
            raise
        return await _shown(page, BARE.errors(page, refused))
    return page.redirect(RESCUES, flash=page.gettext(said))


async def _shown(page: Page, trouble: FormErrors) -> Response:
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"rescues": await factors.rescues(page), "values": FORM.typed(page), "trouble": trouble, "key": key}
    return await page.render("settings/rescues.html", context, status=trouble.status)

"""One's own company."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from api.identity.organisations import Organisation, SecondFactorRule
from portal.api_client import ApiRefused
from portal.forms import BARE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.proof import proven
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import factors, identity
from portal.translations import N_

blueprint = Blueprint()

RULE = "/parametres/societe/second-facteur"
REQUIRED = N_("Un second facteur est désormais exigé de tous. Les sessions ouvertes sans second facteur sont fermées.")
OPTIONAL = N_("Le second facteur est désormais facultatif.")
FORM = Form(
    Field("name", N_("Nom / Raison sociale")),
    Field("email", N_("E-mail")),
    Field("phone", N_("Téléphone")),
)


@blueprint.get("/parametres/societe")
async def show(page: Page) -> Response:
    company = await identity.organisation(page).read()
    return await _form(page, company.body, FormErrors(200, etag=company.etag))


@blueprint.post("/parametres/societe")
@writers()
async def save(page: Page) -> Response:
    typed = FORM.typed(page)
    trouble = await FORM.patch(page, identity.organisation(page), typed)
    if trouble:
        return await _form(page, typed, trouble)
    return page.redirect("/parametres/societe", flash=page.gettext("Vos modifications sont enregistrées."))


@blueprint.post(f"{RULE}/exiger")
@writers()
@proven
async def require_second_factor(page: Page) -> Response:
    return await _rule(page, REQUIRED, required=True)


@blueprint.post(f"{RULE}/ne-plus-exiger")
@writers()
@proven
async def relax_second_factor(page: Page) -> Response:
    return await _rule(page, OPTIONAL, required=False)


async def _rule(page: Page, said: str, *, required: bool) -> Response:
    try:
        await factors.require(page, page.build(SecondFactorRule, {"required": required}))
    except ApiRefused as refused:
        if refused.code == "proof_needed":
            raise
        trouble = BARE.errors(page, refused)
        company = await identity.organisation(page).read()
        return await _form(page, company.body, replace(trouble, etag=company.etag))
    return page.redirect("/parametres/societe", flash=page.gettext(said))


async def _form(page: Page, values: object, trouble: FormErrors) -> Response:
    required = values.second_factor_required if isinstance(values, Organisation) else None
    context = {"values": values, "trouble": trouble, "required": required}
    return await page.render("settings/company.html", context, status=trouble.status)

"""One's own company."""

from __future__ import annotations

from starlette.responses import Response

from portal.forms import Field, Form, FormErrors
from portal.page import Page
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import identity
from portal.translations import N_

blueprint = Blueprint()

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


async def _form(page: Page, values: object, trouble: FormErrors) -> Response:
    return await page.render("settings/company.html", status=trouble.status, values=values, trouble=trouble)

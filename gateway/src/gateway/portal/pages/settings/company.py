"""One's own company."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.forms import Field, Trouble
from gateway.portal.site import Page, Section
from gateway.portal.translations import later

section = Section()

FIELDS = (
    Field("name", later("Nom / Raison sociale")),
    Field("email", later("Email")),
    Field("phone", later("Téléphone")),
)


@section.get("/parametres/societe")
async def show(page: Page) -> Response:
    company = await page.ask("GET", "/organisation")
    return await _form(page, company.body, Trouble(200, etag=company.etag))


@section.post("/parametres/societe")
async def save(page: Page) -> Response:
    typed = forms.typed(page, FIELDS)
    trouble = await forms.patch(page, "/organisation", FIELDS, typed)
    if trouble:
        return await _form(page, typed, trouble)
    return page.redirect("/parametres/societe", flash=page.gettext("Vos modifications sont enregistrées."))


async def _form(page: Page, values: Any, trouble: Trouble) -> Response:
    return await page.render("settings/company.html", status=trouble.status, values=values, trouble=trouble)

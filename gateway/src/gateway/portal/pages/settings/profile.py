"""One's own profile."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.forms import Field, Trouble
from gateway.portal.pages.account import set_language
from gateway.portal.site import Page, Section
from gateway.portal.translations import later

section = Section()

LANGUAGES = {"fr": "Français", "en": "English"}
FIELDS = (
    Field("first_name", later("Prénom")),
    Field("last_name", later("Nom")),
    Field("email", later("Email")),
    Field("phone", later("Téléphone"), needed=False),
    Field("login", later("Identifiant")),
    Field("language", later("Langue"), choices=LANGUAGES),
)


@section.get("/parametres")
async def show(page: Page) -> Response:
    profile = await page.ask("GET", "/me")
    return await _form(page, profile.body, Trouble(200, etag=profile.etag))


@section.post("/parametres")
async def save(page: Page) -> Response:
    typed = forms.typed(page, FIELDS)
    trouble = await forms.patch(page, "/me", FIELDS, typed, at={"login_taken": "login"})
    if trouble:
        return await _form(page, typed, trouble)
    page.forget()
    response = page.redirect("/parametres", flash=page.gettext("Vos modifications sont enregistrées."))
    set_language(response, typed["language"])
    return response


async def _form(page: Page, values: Any, trouble: Trouble) -> Response:
    context = {"values": values, "trouble": trouble, "languages": LANGUAGES}
    return await page.render("settings/profile.html", status=trouble.status, **context)

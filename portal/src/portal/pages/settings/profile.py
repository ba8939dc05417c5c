"""One's own profile."""

from __future__ import annotations

import secrets
from dataclasses import replace

from starlette.responses import Response

from portal.forms import BARE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.entering import set_language
from portal.router import Blueprint
from portal.services import identity
from portal.translations import N_, gettext
from web.i18n import Language

blueprint = Blueprint()

LANGUAGES = {"fr": "Français", "en": "English"}
PASSWORD = Field("current_password", N_("Mot de passe actuel"), needed=False)
FORM = Form(
    Field("first_name", N_("Prénom")),
    Field("last_name", N_("Nom")),
    Field("email", N_("E-mail")),
    Field("phone", N_("Téléphone"), needed=False),
    Field("login", N_("Identifiant")),
    Field("language", N_("Langue"), choices=LANGUAGES),
    PASSWORD,
    places={
        "login_taken": "login",
        "account_exists": "email",
        "account_disabled": "email",
        "password_needed": "current_password",
        "wrong_password": "current_password",
    },
)


@blueprint.get("/parametres")
async def show(page: Page) -> Response:
    return await _as_it_stands(page, FormErrors(200))


@blueprint.post("/parametres/adresse/lien")
async def send_link_again(page: Page) -> Response:
    trouble = await BARE.attempt(page, lambda: identity.send_email_link_again(page, page.field("key")))
    if trouble:
        return await _as_it_stands(page, trouble)
    return page.redirect("/parametres", flash=page.gettext("Un nouveau lien vient de partir."))


@blueprint.post("/parametres/adresse/annuler")
async def cancel_email(page: Page) -> Response:
    await identity.cancel_email_change(page)
    return page.redirect("/parametres", flash=page.gettext("Le changement d’adresse est annulé."))


@blueprint.post("/parametres")
async def save(page: Page) -> Response:
    typed = FORM.typed(page)
    del typed[PASSWORD.name]
    # Not cleaned as other fields are: the service judges a password as it was typed.
    password = str(page.form.get(PASSWORD.name, ""))
    change = {**typed, "current_password": password} if password else typed
    trouble = await FORM.patch(page, identity.me(page), change)
    profile = await identity.me(page).get()
    if trouble:
        return await _form(page, {**typed, "pending_email": profile.pending_email}, trouble)
    page.forget()
    # The page that shows it is in the language that was chosen just now.
    language: Language = "en" if typed["language"] == "en" else "fr"
    said = gettext(language, "Vos modifications sont enregistrées.")
    if typed["email"] != profile.email and profile.pending_email:
        sent = gettext(language, "Un lien de confirmation vient de partir à %(email)s.")
        said = f"{said} {sent % {'email': profile.pending_email}}"
    response = page.redirect("/parametres", flash=said)
    set_language(response, typed["language"])
    return response


async def _as_it_stands(page: Page, trouble: FormErrors) -> Response:
    """At first, and after a refusal of what is beside the form."""
    profile = await identity.me(page).read()
    return await _form(page, profile.body, replace(trouble, etag=profile.etag))


async def _form(page: Page, values: object, trouble: FormErrors) -> Response:
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "languages": LANGUAGES, "key": key}
    return await page.render("settings/profile.html", context, status=trouble.status)

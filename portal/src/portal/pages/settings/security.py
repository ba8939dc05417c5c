"""One's own password and open sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from portal import forms
from portal.api_client import ApiRefused
from portal.forms import Field, FormErrors
from portal.page import Page
from portal.router import Blueprint
from portal.translations import N_
from web import user_agent

blueprint = Blueprint()

PASSWORD = "/parametres/mot-de-passe"  # noqa: S105 - a page's address
SESSIONS = "/parametres/sessions"
FIELDS = (
    Field("current", N_("Mot de passe actuel")),
    Field("new", N_("Nouveau mot de passe")),
)
AT = {
    "wrong_password": "current",
    "password_too_short": "new",
    "password_too_common": "new",
    "password_names_user": "new",
}


@blueprint.get(PASSWORD)
async def password_form(page: Page) -> Response:
    return await page.render("settings/password.html", trouble=FormErrors(200))


@blueprint.post(PASSWORD)
async def change_password(page: Page) -> Response:
    gaps = forms.missing(page, FIELDS)
    # As they were typed: spaces are part of a password.
    change = {name: str(page.form.get(name, "")) for name in ("current", "new")}
    if gaps:
        trouble: FormErrors | None = FormErrors(422, wrong=gaps)
    else:
        trouble = await forms.attempt(page, FIELDS, page.change("POST", "/me/password", change), AT)
    if trouble:
        return await page.render("settings/password.html", status=trouble.status, trouble=trouble)
    return page.redirect(
        PASSWORD, flash=page.gettext("Votre mot de passe est changé. Vos autres sessions sont fermées.")
    )


@blueprint.get(SESSIONS)
async def list_sessions(page: Page) -> Response:
    found = (await page.get("/sessions"))["items"]
    sessions = [{**each, "name": _name(page, each)} for each in found]
    sessions.sort(key=lambda each: not each["current"])
    return await page.render("settings/sessions.html", sessions=sessions)


@blueprint.post(f"{SESSIONS}/{{id:uuid}}/fermer")
async def close_session(page: Page) -> Response:
    """One that is closed already is as good as closed."""
    try:
        await page.change("DELETE", f"/sessions/{page.request.path_params['id']}")
    except ApiRefused as refused:
        if refused.status != 404:
            raise
    return page.redirect(SESSIONS, flash=page.gettext("La session est fermée."))


@blueprint.post(f"{SESSIONS}/fermer")
async def close_others(page: Page) -> Response:
    await page.change("DELETE", "/sessions")
    return page.redirect(SESSIONS, flash=page.gettext("Les autres sessions sont fermées."))


def _name(page: Page, session: Mapping[str, Any]) -> str:
    """A browser in words; a program that uses the API by its own name."""
    name = user_agent.named if session["client"] == "api" else user_agent.described
    return name(session["device"], page.language)

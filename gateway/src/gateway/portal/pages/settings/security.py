"""One's own password and open sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from chassis import devices
from gateway.portal import forms
from gateway.portal.backend import Refused
from gateway.portal.forms import Field, Trouble
from gateway.portal.site import Page, Section
from gateway.portal.translations import later

section = Section()

PASSWORD = "/parametres/mot-de-passe"  # noqa: S105 - a page's address
SESSIONS = "/parametres/sessions"
FIELDS = (
    Field("current", later("Mot de passe actuel")),
    Field("new", later("Nouveau mot de passe")),
)
AT = {
    "wrong_password": "current",
    "password_too_short": "new",
    "password_too_common": "new",
    "password_names_user": "new",
}


@section.get(PASSWORD)
async def password_form(page: Page) -> Response:
    return await page.render("settings/password.html", trouble=Trouble(200))


@section.post(PASSWORD)
async def change_password(page: Page) -> Response:
    gaps = forms.missing(page, FIELDS)
    # As they were typed: spaces are part of a password.
    change = {name: str(page.form.get(name, "")) for name in ("current", "new")}
    if gaps:
        trouble: Trouble | None = Trouble(422, wrong=gaps)
    else:
        trouble = await forms.attempt(page, FIELDS, page.change("POST", "/me/password", change), AT)
    if trouble:
        return await page.render("settings/password.html", status=trouble.status, trouble=trouble)
    return page.redirect(
        PASSWORD, flash=page.gettext("Votre mot de passe est changé. Vos autres sessions sont fermées.")
    )


@section.get(SESSIONS)
async def list_sessions(page: Page) -> Response:
    found = (await page.get("/sessions"))["items"]
    sessions = [{**each, "name": _name(page, each)} for each in found]
    sessions.sort(key=lambda each: not each["current"])
    return await page.render("settings/sessions.html", sessions=sessions)


@section.post(f"{SESSIONS}/{{id:uuid}}/fermer")
async def close_session(page: Page) -> Response:
    """One that is closed already is as good as closed."""
    try:
        await page.change("DELETE", f"/sessions/{page.request.path_params['id']}")
    except Refused as refused:
        if refused.status != 404:
            raise
    return page.redirect(SESSIONS, flash=page.gettext("La session est fermée."))


def _name(page: Page, session: Mapping[str, Any]) -> str:
    """A browser in words; a program that uses the API by its own name."""
    name = devices.named if session["client"] == "api" else devices.described
    return name(session["device"], page.language)

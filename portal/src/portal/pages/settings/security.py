"""One's own password and open sessions."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.people import PasswordChange
from api.identity.sign_in import OpenSession
from portal.api_client import ApiRefused
from portal.forms import Field, Form, FormErrors
from portal.page import Page
from portal.router import Blueprint
from portal.services import identity
from portal.translations import N_
from web import user_agent

blueprint = Blueprint()

PASSWORD = "/parametres/mot-de-passe"  # noqa: S105 - a page's address
SESSIONS = "/parametres/sessions"
FORM = Form(
    Field("current", N_("Mot de passe actuel")),
    Field("new", N_("Nouveau mot de passe")),
    places={
        "wrong_password": "current",
        "password_too_short": "new",
        "password_too_common": "new",
        "password_names_user": "new",
    },
)


@blueprint.get(PASSWORD)
async def password_form(page: Page) -> Response:
    return await page.render("settings/password.html", trouble=FormErrors(200))


@blueprint.post(PASSWORD)
async def change_password(page: Page) -> Response:
    # Not cleaned as other fields are: the service judges a password as it was typed.
    change = {name: str(page.form.get(name, "")) for name in ("current", "new")}
    trouble = await FORM.attempt(page, lambda: identity.change_password(page, page.build(PasswordChange, change)))
    if trouble:
        return await page.render("settings/password.html", status=trouble.status, trouble=trouble)
    return page.redirect(
        PASSWORD, flash=page.gettext("Votre mot de passe est changé. Vos autres sessions sont fermées.")
    )


@blueprint.get(SESSIONS)
async def list_sessions(page: Page) -> Response:
    found = sorted(await identity.sessions(page), key=lambda each: not each.current)
    return await page.render("settings/sessions.html", sessions=[(each, _name(page, each)) for each in found])


@blueprint.post(f"{SESSIONS}/{{id:uuid}}/fermer")
async def close_session(page: Page) -> Response:
    """One that is closed already is as good as closed."""
    try:
        await identity.end_session(page, page.request.path_params["id"])
    except ApiRefused as refused:
        if refused.status != 404:
            raise
    return page.redirect(SESSIONS, flash=page.gettext("La session est fermée."))


@blueprint.post(f"{SESSIONS}/fermer")
async def close_others(page: Page) -> Response:
    await identity.end_other_sessions(page)
    return page.redirect(SESSIONS, flash=page.gettext("Les autres sessions sont fermées."))


def _name(page: Page, session: OpenSession) -> str:
    """A browser in words; a program that uses the API by its own name."""
    name = user_agent.named if session.client == "api" else user_agent.described
    return name(session.device, page.language)

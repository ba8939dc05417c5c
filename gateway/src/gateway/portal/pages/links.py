"""What begins or ends with an e-mail: a forgotten password, an activation, the sign-up of an end client.

The token of a link leaves the address at once: it moves to a cookie that scripts cannot read, and from there into the
form alone, so that neither the history nor a Referer holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.backend import Refused
from gateway.portal.forms import Field, Trouble
from gateway.portal.pages import account
from gateway.portal.site import LOGIN, Page, Section
from gateway.portal.translations import later

section = Section()

LINK_COOKIE = "__Host-link"
LINK_MINUTES = 30
MAX_TOKEN = 500

FORGOTTEN = (Field("login", later("Identifiant ou e-mail")),)
RESET = (Field("password", later("Nouveau mot de passe")),)
ACTIVATION = (
    Field("first_name", later("Prénom")),
    Field("last_name", later("Nom")),
    Field("login", later("Identifiant")),
    Field("password", later("Mot de passe")),
)
SIGN_UP = (
    Field("contract_number", later("N° de contrat")),
    Field("serial_number", later("N° de série")),
    Field("email", later("Email")),
    Field("first_name", later("Prénom"), needed=False),
    Field("last_name", later("Nom"), needed=False),
)
PASSWORD_REFUSALS = {
    "password_too_short": "password",
    "password_too_common": "password",
    "password_names_user": "password",
    "login_taken": "login",
}


@section.get("/mot-de-passe-oublie", is_open=True)
async def forgotten_form(page: Page) -> Response:
    return await _show(page, "forgotten", FORGOTTEN)


@section.post("/mot-de-passe-oublie", is_open=True)
async def forgotten(page: Page) -> Response:
    asked = forms.typed(page, FORGOTTEN)
    return await _ask(page, "forgotten", FORGOTTEN, "/auth/password/forgot", asked)


@section.get("/mot-de-passe-oublie/envoye", is_open=True)
async def forgotten_sent(page: Page) -> Response:
    return await page.render("account/forgotten_sent.html")


@section.get("/creer-un-compte", is_open=True)
async def sign_up_form(page: Page) -> Response:
    return await _show(page, "sign_up", SIGN_UP)


@section.post("/creer-un-compte", is_open=True)
async def sign_up(page: Page) -> Response:
    asked = {**forms.typed(page, SIGN_UP), "language": page.language}
    return await _ask(page, "sign_up", SIGN_UP, "/auth/register", asked)


@section.get("/creer-un-compte/envoye", is_open=True)
async def sign_up_sent(page: Page) -> Response:
    return await page.render("account/sign_up_sent.html")


@section.get("/mot-de-passe", is_open=True)
async def reset_form(page: Page) -> Response:
    if page.query("token"):
        return _without_token(page)
    return await _reset_shown(page, _token(page))


@section.post("/mot-de-passe", is_open=True)
async def reset(page: Page) -> Response:
    token = page.field("token")[:MAX_TOKEN]
    gaps = forms.missing(page, RESET)
    if gaps:
        return await _reset_shown(page, token, Trouble(422, wrong=gaps))
    try:
        done = await page.change("POST", "/auth/password/reset", {"token": token, "password": _password(page)})
    except Refused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page)
        return await _reset_shown(page, token, forms.trouble(page, refused, RESET, PASSWORD_REFUSALS))
    return await _enter(page, done["login"], page.gettext("Votre mot de passe est changé."))


@section.get("/activation", is_open=True)
async def activation_form(page: Page) -> Response:
    if page.query("token"):
        return _without_token(page)
    return await _activation_shown(page, _token(page))


@section.post("/activation", is_open=True)
async def activate(page: Page) -> Response:
    token = page.field("token")[:MAX_TOKEN]
    gaps = forms.missing(page, ACTIVATION)
    if gaps:
        return await _activation_shown(page, token, Trouble(422, wrong=gaps))
    chosen = {**forms.typed(page, ACTIVATION), "token": token, "password": _password(page)}
    try:
        done = await page.change("POST", "/auth/activate", chosen)
    except Refused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page)
        return await _activation_shown(page, token, forms.trouble(page, refused, ACTIVATION, PASSWORD_REFUSALS))
    return await _enter(page, done["login"], page.gettext("Votre compte est activé. Bienvenue !"))


async def _ask(page: Page, name: str, fields: tuple[Field, ...], path: str, body: Mapping[str, Any]) -> Response:
    """One answer whatever the case: it leads to a page that says what happens now."""
    gaps = forms.missing(page, fields)
    failed = Trouble(422, wrong=gaps) if gaps else await forms.attempt(page, fields, page.change("POST", path, body))
    if failed:
        return await _show(page, name, fields, failed)
    return page.redirect(f"{page.request.url.path}/envoye")


async def _show(page: Page, name: str, fields: tuple[Field, ...], failed: Trouble | None = None) -> Response:
    shown = failed or Trouble(200)
    return await page.render(
        f"account/{name}.html", status=shown.status, values=forms.typed(page, fields), failed=shown
    )


async def _reset_shown(page: Page, token: str, failed: Trouble | None = None) -> Response:
    return await _link_shown(page, token, "/auth/password/link", failed)


async def _activation_shown(page: Page, token: str, failed: Trouble | None = None) -> Response:
    return await _link_shown(page, token, "/auth/activation", failed)


async def _link_shown(page: Page, token: str, path: str, failed: Trouble | None) -> Response:
    """Whose account it is comes from the link each time; what was typed stays."""
    try:
        account_of = await page.change("POST", path, {"token": token}) if token else None
    except Refused as refused:
        if refused.status == 429:
            return await page.render("account/throttled.html", status=429, sentence=forms.sentence(page, refused))
        account_of = None
    if account_of is None:
        return await _link_over(page)
    shown = failed or Trouble(200)
    values = forms.typed(page, ACTIVATION) if failed else account_of
    template = "account/reset.html" if path.startswith("/auth/password") else "account/activation.html"
    context = {"token": token, "account": account_of, "values": values, "failed": shown}
    return await page.render(template, status=shown.status, **context)


async def _link_over(page: Page) -> Response:
    response = await page.render("account/link_over.html", status=410, is_reset=page.request.url.path != "/activation")
    return _link_left(response)


async def _enter(page: Page, login: str, flash: str) -> Response:
    """Logged in at once; where that fails, the log-in page waits with the log-in filled in."""
    try:
        response = await account.enter(page, login, _password(page), flash=flash)
    except Refused:
        response = page.redirect(f"{LOGIN}?identifiant={login}", flash=flash)
    return _link_left(response)


def _without_token(page: Page) -> Response:
    response = page.redirect(page.request.url.path)
    response.headers["Referrer-Policy"] = "no-referrer"
    token = page.query("token")[:MAX_TOKEN]
    options = {"path": "/", "secure": True, "httponly": True}
    response.set_cookie(LINK_COOKIE, token, max_age=LINK_MINUTES * 60, samesite="lax", **options)  # type: ignore[arg-type]
    return response


def _link_left(response: Response) -> Response:
    response.delete_cookie(LINK_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _token(page: Page) -> str:
    return page.request.cookies.get(LINK_COOKIE, "")[:MAX_TOKEN]


def _password(page: Page) -> str:
    """As it was typed: spaces are part of it."""
    return str(page.form.get("password", ""))

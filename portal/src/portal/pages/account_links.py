"""What begins or ends with an e-mail: a forgotten password, an activation, the sign-up of an end client.

The token of a link leaves the address at once: it moves to a cookie that scripts cannot read, and from there into the
form alone, so that neither the history nor a Referer holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from portal import cookies, forms
from portal.api_client import ApiRefused
from portal.forms import Field, FormErrors
from portal.page import Page
from portal.pages import account
from portal.router import LOGIN, Blueprint
from portal.translations import N_

blueprint = Blueprint()

LINK_MINUTES = 30
MAX_TOKEN = 500

FORGOTTEN = (Field("login", N_("Identifiant ou e-mail")),)
RESET = (Field("password", N_("Nouveau mot de passe")),)
ACTIVATION = (
    Field("first_name", N_("Prénom")),
    Field("last_name", N_("Nom")),
    Field("login", N_("Identifiant")),
    Field("password", N_("Mot de passe")),
)
SIGN_UP = (
    Field("contract_number", N_("N° de contrat")),
    Field("serial_number", N_("N° de série")),
    Field("email", N_("E-mail")),
    Field("first_name", N_("Prénom"), needed=False),
    Field("last_name", N_("Nom"), needed=False),
)
# What shows the account behind a link, and the page of it.
TEMPLATES = {
    "/auth/password/link": "account/reset.html",
    "/auth/activation": "account/activation.html",
    "/auth/email/link": "account/email.html",
}
PASSWORD_REFUSALS = {
    "password_too_short": "password",
    "password_too_common": "password",
    "password_names_user": "password",
    "login_taken": "login",
}


@blueprint.get("/mot-de-passe-oublie", is_open=True)
async def forgotten_form(page: Page) -> Response:
    return await _show(page, "forgotten", FORGOTTEN)


@blueprint.post("/mot-de-passe-oublie", is_open=True)
async def forgotten(page: Page) -> Response:
    asked = forms.typed(page, FORGOTTEN)
    return await _ask(page, "forgotten", FORGOTTEN, "/auth/password/forgot", asked)


@blueprint.get("/mot-de-passe-oublie/envoye", is_open=True)
async def forgotten_sent(page: Page) -> Response:
    return await page.render("account/forgotten_sent.html")


@blueprint.get("/creer-un-compte", is_open=True)
async def sign_up_form(page: Page) -> Response:
    return await _show(page, "sign_up", SIGN_UP)


@blueprint.post("/creer-un-compte", is_open=True)
async def sign_up(page: Page) -> Response:
    asked = {**forms.typed(page, SIGN_UP), "language": page.language}
    return await _ask(page, "sign_up", SIGN_UP, "/auth/register", asked)


@blueprint.get("/creer-un-compte/envoye", is_open=True)
async def sign_up_sent(page: Page) -> Response:
    return await page.render("account/sign_up_sent.html")


@blueprint.get("/mot-de-passe", is_open=True)
async def reset_form(page: Page) -> Response:
    if page.query("token"):
        return _without_token(page)
    return await _reset_shown(page, _token(page))


@blueprint.post("/mot-de-passe", is_open=True)
async def reset(page: Page) -> Response:
    token = page.field("token")[:MAX_TOKEN]
    gaps = forms.missing(page, RESET)
    if gaps:
        return await _reset_shown(page, token, FormErrors(422, wrong=gaps))
    try:
        done = await page.change("POST", "/auth/password/reset", {"token": token, "password": _password(page)})
    except ApiRefused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page)
        return await _reset_shown(page, token, forms.trouble(page, refused, RESET, PASSWORD_REFUSALS))
    return await _enter(page, done["login"], page.gettext("Votre mot de passe est changé."))


@blueprint.get("/nouvelle-adresse", is_open=True)
async def email_form(page: Page) -> Response:
    if page.query("token"):
        return _without_token(page)
    return await _email_shown(page, _token(page))


@blueprint.post("/nouvelle-adresse", is_open=True)
async def confirm_email(page: Page) -> Response:
    """Programs that look at links before their reader does confirm nothing: it takes the button."""
    token = page.field("token")[:MAX_TOKEN]
    try:
        done = await page.change("POST", "/auth/email/confirm", {"token": token})
    except ApiRefused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page)
        return await _email_shown(page, token, forms.trouble(page, refused, ()))
    page.forget()
    said = page.gettext("Votre adresse e-mail est désormais %(email)s.") % {"email": done["email"]}
    return _link_left(page.redirect("/parametres" if page.person else LOGIN, flash=said))


@blueprint.get("/activation", is_open=True)
async def activation_form(page: Page) -> Response:
    if page.query("token"):
        return _without_token(page)
    return await _activation_shown(page, _token(page))


@blueprint.post("/activation", is_open=True)
async def activate(page: Page) -> Response:
    token = page.field("token")[:MAX_TOKEN]
    gaps = forms.missing(page, ACTIVATION)
    if gaps:
        return await _activation_shown(page, token, FormErrors(422, wrong=gaps))
    chosen = {**forms.typed(page, ACTIVATION), "token": token, "password": _password(page)}
    try:
        done = await page.change("POST", "/auth/activate", chosen)
    except ApiRefused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page, token)
        return await _activation_shown(page, token, forms.trouble(page, refused, ACTIVATION, PASSWORD_REFUSALS))
    return await _enter(page, done["login"], page.gettext("Votre compte est activé. Bienvenue !"))


@blueprint.post("/activation/nouveau-lien", is_open=True)
async def send_again(page: Page) -> Response:
    """One answer whatever the case."""
    try:
        await page.change("POST", "/auth/activation/again", {"token": page.field("token")[:MAX_TOKEN]})
    except ApiRefused as refused:
        if refused.status == 429:
            return await page.render("account/throttled.html", status=429, sentence=forms.sentence(page, refused))
        return await _link_over(page)
    return page.redirect("/activation/nouveau-lien")


@blueprint.get("/activation/nouveau-lien", is_open=True)
async def sent_again(page: Page) -> Response:
    return await page.render("account/link_sent.html")


async def _ask(page: Page, name: str, fields: tuple[Field, ...], path: str, body: Mapping[str, Any]) -> Response:
    """One answer whatever the case: it leads to a page that says what happens now."""
    gaps = forms.missing(page, fields)
    failed = FormErrors(422, wrong=gaps) if gaps else await forms.attempt(page, fields, page.change("POST", path, body))
    if failed:
        return await _show(page, name, fields, failed)
    return page.redirect(f"{page.request.url.path}/envoye")


async def _show(page: Page, name: str, fields: tuple[Field, ...], failed: FormErrors | None = None) -> Response:
    shown = failed or FormErrors(200)
    return await page.render(
        f"account/{name}.html", status=shown.status, values=forms.typed(page, fields), failed=shown
    )


async def _reset_shown(page: Page, token: str, failed: FormErrors | None = None) -> Response:
    return await _link_shown(page, token, "/auth/password/link", failed)


async def _activation_shown(page: Page, token: str, failed: FormErrors | None = None) -> Response:
    return await _link_shown(page, token, "/auth/activation", failed)


async def _email_shown(page: Page, token: str, failed: FormErrors | None = None) -> Response:
    return await _link_shown(page, token, "/auth/email/link", failed)


async def _link_shown(page: Page, token: str, path: str, failed: FormErrors | None) -> Response:
    """Whose account it is comes from the link each time; what was typed stays."""
    try:
        account_of = await page.change("POST", path, {"token": token}) if token else None
    except ApiRefused as refused:
        if refused.status == 429:
            return await page.render("account/throttled.html", status=429, sentence=forms.sentence(page, refused))
        account_of = None
    if account_of is None:
        return await _link_over(page, token)
    shown = failed or FormErrors(200)
    values = forms.typed(page, ACTIVATION) if failed else account_of
    context = {"token": token, "account": account_of, "values": values, "failed": shown}
    return await page.render(TEMPLATES[path], status=shown.status, **context)


async def _link_over(page: Page, token: str = "") -> Response:
    """``token`` is one of an invitation, which can be sent again to the same person."""
    context = {"path": page.request.url.path, "token": token}
    response = await page.render("account/link_over.html", status=410, **context)
    return _link_left(response)


async def _enter(page: Page, login: str, flash: str) -> Response:
    """Logged in at once; where that fails, the log-in page waits with the log-in filled in."""
    try:
        response = await account.enter(page, login, _password(page), flash=flash)
    except ApiRefused:
        response = page.redirect(f"{LOGIN}?identifiant={login}", flash=flash)
    return _link_left(response)


def _without_token(page: Page) -> Response:
    response = page.redirect(page.request.url.path)
    response.headers["Referrer-Policy"] = "no-referrer"
    # A cookie holds nothing else; such a token was never sent.
    token = page.query("token")[:MAX_TOKEN]
    token = token if token.isascii() else ""
    cookies.put(response, cookies.LINK, token, LINK_MINUTES * 60)
    return response


def _link_left(response: Response) -> Response:
    cookies.drop(response, cookies.LINK)
    return response


def _token(page: Page) -> str:
    return page.request.cookies.get(cookies.LINK, "")[:MAX_TOKEN]


def _password(page: Page) -> str:
    """As it was typed: spaces are part of it."""
    return str(page.form.get("password", ""))

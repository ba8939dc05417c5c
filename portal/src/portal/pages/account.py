"""Log-in and log-out; the person's theme and language."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.sign_in import LogOut
from portal import cookies, paths, sessions
from portal.api_client import ApiRefused
from portal.forms import Field, Form
from portal.page import Page
from portal.page_request import THEMES
from portal.pages.entering import LANDING, YEAR, after_login, enter, language_of, set_language
from portal.router import LOGIN, Blueprint
from portal.services import sign_in
from portal.translations import N_

blueprint = Blueprint()

# Where a person's work begins.
HOMES = {"sqp": "/a-traiter"}
HOME = "/contrats"
FORM = Form(Field("login", N_("Identifiant")), Field("password", N_("Mot de passe")))


@blueprint.get("/", is_open=True)
async def start(page: Page) -> Response:
    return page.redirect(HOMES.get(page.who.organisation_kind or "", HOME) if page.person else LOGIN)


@blueprint.get(LOGIN, is_open=True)
async def login_form(page: Page) -> Response:
    if page.person:
        return page.redirect(after_login(page.query("suite")))
    return await page.render("account/login.html", suite=page.query("suite"), login=page.query("identifiant"), wrong="")


@blueprint.post(LOGIN, is_open=True)
async def log_in(page: Page) -> Response:
    login, password = page.field("login"), str(page.form.get("password", ""))
    try:
        return await enter(page, login, password, remember=page.field("remember") == "on", path=page.field("suite"))
    except ApiRefused as refused:
        context = {"suite": page.field("suite"), "login": login, "wrong": _wrong(page, refused)}
        return await page.render("account/login.html", context, status=refused.status)


def _wrong(page: Page, refused: ApiRefused) -> str:
    """The sentence at the top of the form: a wrong log-in or password is about both fields."""
    if not refused.is_for_the_form:
        return refused.title
    errors = FORM.errors(page, refused)
    return " ".join(errors.wrong.values()) or errors.title


@blueprint.post("/deconnexion", is_open=True)
async def log_out(page: Page) -> Response:
    token = sessions.session_token(page.request.headers)
    if token:
        await sign_in.log_out(page, page.build(LogOut, {"session_token": token}))
        page.forget()
    response = page.redirect(LOGIN, flash=page.gettext("Vous êtes déconnecté."))
    sessions.close_session(response)
    # Not the cookies: the device stays one that the account knows, in the person's language and theme. On the page of
    # another person the browser holds what that person typed, who logs in again to send it.
    if page.person is None or not page.is_anothers:
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.post("/theme", is_open=True)
async def choose_theme(page: Page) -> Response:
    response = page.redirect(_back(page))
    theme = page.field("theme")
    cookies.put(response, cookies.THEME, theme if theme in THEMES else "", YEAR)
    return response


@blueprint.post("/raccourcis")
async def choose_keys(page: Page) -> Response:
    """Single letters on or off, in this browser."""
    is_off = page.field("keys") == "off"
    said = N_("Les raccourcis clavier sont désactivés.") if is_off else N_("Les raccourcis clavier sont activés.")
    response = page.redirect(_back(page), flash=page.gettext(said))
    cookies.put(response, cookies.KEYS, "off" if is_off else "", YEAR)
    return response


@blueprint.post("/langue", is_open=True)
async def choose_language(page: Page) -> Response:
    response = page.redirect(_back(page))
    set_language(response, page.field("language"))
    if page.person is None:
        # Before log-in there is no account to keep the choice: the next log-in stores it.
        cookies.put(response, cookies.CHOSEN_LANGUAGE, language_of(page.field("language")))
    return response


def _back(page: Page) -> str:
    """Where the choice was made: said by the form, or by the browser."""
    return paths.local(page.field("suite") or paths.of(page.request.headers.get("referer", ""))) or LANDING

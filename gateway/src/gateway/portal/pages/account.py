"""Log-in and log-out, forgotten password, activation, sign-up of end clients."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import Response

from gateway import sessions
from gateway.portal.backend import Refused
from gateway.portal.site import LOGIN, Page, Section
from gateway.portal.visit import LANGUAGE_COOKIE, THEME_COOKIE, THEMES

section = Section()

LANDING = "/contrats"
YEAR = 365 * 24 * 3600


@section.get("/", is_open=True)
async def start(page: Page) -> Response:
    return page.redirect(LANDING if page.person else LOGIN)


@section.get(LOGIN, is_open=True)
async def login_form(page: Page) -> Response:
    if page.person:
        return page.redirect(_safe(page.query("suite")))
    return await page.render("account/login.html", suite=page.query("suite"), login="", wrong="")


@section.post(LOGIN, is_open=True)
async def log_in(page: Page) -> Response:
    credentials = {
        "login": page.field("login"),
        "password": page.form.get("password", ""),
        "remember": page.field("remember") == "on",
        "client": "browser",
    }
    try:
        opened = await page.change("POST", "/auth/login", credentials)
    except Refused as refused:
        context = {"suite": page.field("suite"), "login": page.field("login"), "wrong": refused.title}
        return await page.render("account/login.html", status=refused.status, **context)
    response = page.redirect(_safe(page.field("suite")))
    sessions.open_session(response, opened["session_token"], opened["max_age"])
    return response


@section.post("/deconnexion", is_open=True)
async def log_out(page: Page) -> Response:
    token = sessions.session_token(page.request.headers)
    if token:
        await page.change("POST", "/auth/logout", {"session_token": token})
    response = page.redirect(LOGIN, flash=page.gettext("Vous êtes déconnecté."))
    sessions.close_session(response)
    return response


@section.post("/theme", is_open=True)
async def choose_theme(page: Page) -> Response:
    response = page.redirect(_safe(urlsplit(page.request.headers.get("referer", "")).path))
    theme = page.field("theme")
    response.set_cookie(THEME_COOKIE, theme if theme in THEMES else "", max_age=YEAR, path="/", samesite="lax")
    return response


@section.post("/langue", is_open=True)
async def choose_language(page: Page) -> Response:
    response = page.redirect(_safe(urlsplit(page.request.headers.get("referer", "")).path))
    language = "en" if page.field("language") == "en" else "fr"
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, path="/", samesite="lax")
    return response


def _safe(path: str) -> str:
    """A path of ours alone: another site's address would make the log-in a stepping stone."""
    parts = urlsplit(path)
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if is_ours and path != LOGIN else LANDING

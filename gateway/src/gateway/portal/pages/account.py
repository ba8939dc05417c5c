"""Log-in and log-out; the person's theme and language."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import Response

from chassis.errors import Unavailable
from gateway import sessions
from gateway.errors import SessionEnded
from gateway.portal import forms
from gateway.portal.backend import Refused, ServiceAway
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
        return page.redirect(_after_login(page.query("suite")))
    return await page.render("account/login.html", suite=page.query("suite"), login=page.query("identifiant"), wrong="")


@section.post(LOGIN, is_open=True)
async def log_in(page: Page) -> Response:
    login, password = page.field("login"), str(page.form.get("password", ""))
    try:
        return await enter(page, login, password, remember=page.field("remember") == "on", path=page.field("suite"))
    except Refused as refused:
        context = {"suite": page.field("suite"), "login": login, "wrong": forms.sentence(page, refused)}
        return await page.render("account/login.html", status=refused.status, **context)


async def enter(
    page: Page, login: str, password: str, *, remember: bool = False, path: str = "", flash: str = ""
) -> Response:
    """Opens a session and goes to ``path``, in the language of the person's profile. Raises Refused."""
    credentials = {"login": login, "password": password, "remember": remember, "client": "browser"}
    opened = await page.change("POST", "/auth/login", credentials)
    path = _after_login(path)
    response = page.resend(path) if page.kept else page.redirect(path, flash=flash)
    sessions.open_session(response, opened["session_token"], opened["max_age"])
    await _follow_profile(page, opened["session_token"], response)
    return response


async def _follow_profile(page: Page, session_token: str, response: Response) -> None:
    """A profile that cannot be read now leaves the language as it was."""
    try:
        await page.enter(session_token)
        profile = await page.get("/me")
    except (ServiceAway, Refused, SessionEnded, Unavailable):
        return
    set_language(response, profile["language"])


@section.post("/deconnexion", is_open=True)
async def log_out(page: Page) -> Response:
    token = sessions.session_token(page.request.headers)
    if token:
        await page.change("POST", "/auth/logout", {"session_token": token})
        page.forget()
    response = page.redirect(LOGIN, flash=page.gettext("Vous êtes déconnecté."))
    sessions.close_session(response)
    return response


@section.post("/theme", is_open=True)
async def choose_theme(page: Page) -> Response:
    response = page.redirect(_back(page))
    theme = page.field("theme")
    response.set_cookie(THEME_COOKIE, theme if theme in THEMES else "", max_age=YEAR, path="/", samesite="lax")
    return response


@section.post("/langue", is_open=True)
async def choose_language(page: Page) -> Response:
    response = page.redirect(_back(page))
    set_language(response, page.field("language"))
    return response


def set_language(response: Response, language: str) -> None:
    chosen = "en" if language == "en" else "fr"
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, path="/", samesite="lax")


def _back(page: Page) -> str:
    """Where the choice was made: said by the form, or by the browser."""
    path = page.field("suite") or urlsplit(page.request.headers.get("referer", "")).path
    return path if _is_ours(path) else LANDING


def _after_login(path: str) -> str:
    return path if _is_ours(path) and urlsplit(path).path != LOGIN else LANDING


def _is_ours(path: str) -> bool:
    """A path of ours alone: another site's address would make the log-in a stepping stone."""
    parts = urlsplit(path)
    return path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme

"""From a right password to an open session."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from api.identity.factors import WaitingLogIn
from api.identity.sign_in import BrowserSession, LogIn
from portal import cookies, paths, qr, sessions
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.errors import SessionEnded
from portal.forms import FINE, FormErrors
from portal.page import Page
from portal.router import LOGIN
from portal.services import identity, sign_in
from web.errors import Unavailable

LANDING = "/"
SECOND_STEP = f"{LOGIN}/code"
# Identity's is the one that counts.
SECOND_STEP_MINUTES = 10
YEAR = 365 * 24 * 3600


async def enter(
    page: Page, login: str, password: str, *, remember: bool = False, path: str = "", flash: str = ""
) -> Response:
    """Opens a session and goes to ``path``, in the language that was chosen before the log-in, or else in that of the
    person's profile; or asks for the second factor first. Raises ApiRefused."""
    credentials = {
        "login": login,
        "password": password,
        "remember": remember,
        "client": "browser",
        # The browser's earlier session ends with this log-in. The device's token lets a known device log in even while
        # the account is locked because of wrong passwords from elsewhere.
        "session_token": sessions.session_token(page.request.headers),
        "device": sessions.device_token(page.request.headers),
    }
    try:
        opened = await sign_in.log_in(page, page.build(LogIn, credentials))
    except ApiRefused as refused:
        if refused.code == "second_factor_needed":
            return await ask_second_step(page, refused.problem.second_step, path, flash)
        if refused.code == "second_factor_to_add":
            return await show_enrolment(page, refused.problem.second_step, path)
        raise
    return await opened_to(page, opened, path, flash)


async def ask_second_step(page: Page, token: str, path: str, flash: str) -> Response:
    """The page that asks for the second factor. The token is kept in a cookie that scripts cannot read."""
    if page.kept:
        # What was typed before the session ended travels in this page's form, as it did in the last one's.
        response = await page.render("account/second_step.html", suite=path, wrong="")
    else:
        response = page.redirect(f"{SECOND_STEP}?{urlencode({'suite': path})}" if path else SECOND_STEP, flash=flash)
    return holding(response, token)


async def show_enrolment(page: Page, token: str, path: str, trouble: FormErrors = FINE) -> Response:
    """The page of a person who must have a second factor and has none. It shows the same secret each time. Raises
    ApiRefused."""
    enrolment = await sign_in.begin_enrolment(page, page.build(WaitingLogIn, {"second_step": token}))
    context = {"suite": path, "secret": enrolment.secret, "code": qr.drawn(enrolment.uri), "trouble": trouble}
    return holding(await page.render("account/enrolment.html", context, status=trouble.status), token)


def holding(response: Response, token: str) -> Response:
    cookies.put(response, cookies.SECOND_STEP, token, SECOND_STEP_MINUTES * 60)
    return response


async def opened_to(page: Page, opened: BrowserSession, path: str, flash: str = "") -> Response:
    """The session is open: to ``path`` with its cookies."""
    page.forget()
    path = after_login(path)
    response = page.resend(path) if page.kept else page.redirect(path, flash=flash)
    return await with_session(page, opened, response)


async def with_session(page: Page, opened: BrowserSession, response: Response) -> Response:
    """The answer, with the cookies of the session that is open now."""
    sessions.open_session(response, opened.session_token, opened.max_age)
    sessions.remember_device(response, opened.device_token, opened.device_max_age)
    cookies.drop(response, cookies.SECOND_STEP)
    await _follow_profile(page, opened.session_token, response)
    return response


async def _follow_profile(page: Page, session_token: str, response: Response) -> None:
    """A profile that cannot be read now leaves the language as it was."""
    try:
        await page.enter(session_token)
        profile = await identity.me(page).get()
    except (ServiceUnavailable, ApiRefused, SessionEnded, Unavailable):
        return
    set_language(response, page.request.cookies.get(cookies.CHOSEN_LANGUAGE) or profile.language)
    cookies.drop(response, cookies.CHOSEN_LANGUAGE)


def set_language(response: Response, language: str) -> None:
    cookies.put(response, cookies.LANGUAGE, language_of(language), YEAR)


def language_of(asked: str) -> str:
    return "en" if asked == "en" else "fr"


def after_login(path: str) -> str:
    return LANDING if paths.local(path).split("?")[0] in ("", LOGIN) else path

"""The second step of a log-in."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.factors import PasskeyLogIn, PasskeyOptions, SecondStep, WaitingLogIn
from portal import cookies, passkeys, sessions
from portal.api_client import ApiRefused
from portal.forms import Field, Form, FormErrors
from portal.page import Page
from portal.pages import entering
from portal.router import LOGIN, Blueprint
from portal.services import sign_in
from portal.translations import N_

blueprint = Blueprint()

FORM = Form(Field("code", N_("Code")), places={"wrong_code": "code"})


@blueprint.get(entering.SECOND_STEP, is_open=True)
async def code_form(page: Page) -> Response:
    if page.person or not _token(page):
        return page.redirect(entering.after_login(page.query("suite")) if page.person else LOGIN)
    return await page.render("account/second_step.html", suite=page.query("suite"), wrong="")


@blueprint.post(entering.SECOND_STEP, is_open=True)
async def give_code(page: Page) -> Response:
    try:
        opened = await sign_in.second_step(page, page.build(SecondStep, _proof(page)))
    except ApiRefused as refused:
        return await _again(page, refused)
    return await entering.opened_to(page, opened, page.field("suite"))


@blueprint.post(f"{entering.SECOND_STEP}/cle", is_open=True)
async def ask_for_passkey(page: Page) -> Response:
    """In the place of a code."""
    try:
        asked = await sign_in.second_step_passkey(page, page.build(WaitingLogIn, {"second_step": _token(page) or "-"}))
    except ApiRefused as refused:
        return await _again(page, refused)
    return await _passkey(page, asked, entering.SECOND_STEP)


@blueprint.post(f"{LOGIN}/cle", is_open=True)
async def begin_with_passkey(page: Page) -> Response:
    """Without a password."""
    try:
        asked = await sign_in.begin_passkey(page)
    except ApiRefused as refused:
        return await _over(page, refused)
    return entering.holding(await _passkey(page, asked, f"{LOGIN}/cle/entrer"), asked.challenge)


@blueprint.post(f"{LOGIN}/cle/entrer", is_open=True)
async def enter_with_passkey(page: Page) -> Response:
    given = {
        "challenge": _token(page) or "-",
        "credential": passkeys.typed(page) or {},
        "client": "browser",
        "remember": page.field("remember") == "on",
        "session_token": sessions.session_token(page.request.headers),
        "device": sessions.device_token(page.request.headers),
    }
    try:
        opened = await sign_in.by_passkey(page, page.build(PasskeyLogIn, given))
    except ApiRefused as refused:
        return await _over(page, refused)
    return await entering.opened_to(page, opened, page.field("suite"))


async def _passkey(page: Page, asked: PasskeyOptions, action: str) -> Response:
    context = {"options": passkeys.written(asked), "action": action, "suite": page.field("suite"), "wrong": ""}
    return await page.render("account/passkey.html", context, remember=page.field("remember"))


@blueprint.post(f"{LOGIN}/application", is_open=True)
async def add_application(page: Page) -> Response:
    """The application's first code, and with it the log-in. The recovery codes are shown before the person goes on."""
    suite = page.field("suite")
    try:
        added = await sign_in.enrol(page, page.build(SecondStep, _proof(page)))
    except ApiRefused as refused:
        if refused.code == "second_step_over":
            return await _over(page, refused)
        return await _enrolment_again(page, FORM.errors(page, refused))
    context = {"codes": added.codes, "path": entering.after_login(suite)}
    return await entering.with_session(page, added.session, await page.render("account/recovery_codes.html", context))


async def _enrolment_again(page: Page, trouble: FormErrors) -> Response:
    try:
        return await entering.show_enrolment(page, _token(page), page.field("suite"), trouble)
    except ApiRefused as refused:
        return await _over(page, refused)


async def _again(page: Page, refused: ApiRefused) -> Response:
    """The code once more; the password first where the log-in has waited too long."""
    if refused.code == "second_step_over":
        return await _over(page, refused)
    errors = FORM.errors(page, refused)
    wrong = " ".join(errors.wrong.values()) or errors.title
    suite = page.field("suite")
    return await page.render("account/second_step.html", status=errors.status, suite=suite, wrong=wrong)


async def _over(page: Page, refused: ApiRefused) -> Response:
    context = {"suite": page.field("suite"), "login": "", "wrong": refused.title}
    response = await page.render("account/login.html", context, status=refused.status)
    cookies.drop(response, cookies.SECOND_STEP)
    return response


def _proof(page: Page) -> dict[str, object]:
    return {
        "second_step": _token(page) or "-",
        "code": page.field("code") or None,
        "passkey": passkeys.typed(page),
        "session_token": sessions.session_token(page.request.headers),
        "device": sessions.device_token(page.request.headers),
    }


def _token(page: Page) -> str:
    return page.request.cookies.get(cookies.SECOND_STEP, "")[: sessions.MAX_TOKEN]

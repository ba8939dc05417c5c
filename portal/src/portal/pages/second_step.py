"""The second step of a log-in."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.factors import SecondStep
from portal import cookies, sessions
from portal.api_client import ApiRefused
from portal.forms import Field, Form
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
    proof = {
        "second_step": _token(page) or "-",
        "code": page.field("code"),
        "session_token": sessions.session_token(page.request.headers),
        "device": sessions.device_token(page.request.headers),
    }
    try:
        opened = await sign_in.second_step(page, page.build(SecondStep, proof))
    except ApiRefused as refused:
        return await _again(page, refused)
    return await entering.opened_to(page, opened, page.field("suite"))


async def _again(page: Page, refused: ApiRefused) -> Response:
    """The code once more; the password first where the log-in has waited too long."""
    suite = page.field("suite")
    if refused.code == "second_step_over":
        context = {"suite": suite, "login": "", "wrong": refused.title}
        response = await page.render("account/login.html", context, status=refused.status)
        cookies.drop(response, cookies.SECOND_STEP)
        return response
    errors = FORM.errors(page, refused)
    wrong = " ".join(errors.wrong.values()) or errors.title
    return await page.render("account/second_step.html", status=errors.status, suite=suite, wrong=wrong)


def _token(page: Page) -> str:
    return page.request.cookies.get(cookies.SECOND_STEP, "")[: sessions.MAX_TOKEN]

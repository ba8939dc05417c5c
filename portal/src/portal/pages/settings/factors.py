"""One's own second factors."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.factors import EnrolmentCode
from portal import qr
from portal.api_client import ApiRefused
from portal.forms import BARE, FINE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.proof import proven
from portal.router import Blueprint
from portal.services import factors
from portal.translations import N_

blueprint = Blueprint()

FACTORS = "/parametres/double-authentification"
APPLICATION = f"{FACTORS}/application"
FORM = Form(Field("code", N_("Code")), places={"wrong_code": "code"})


@blueprint.get(FACTORS)
async def show(page: Page) -> Response:
    return await _as_it_stands(page, FINE)


@blueprint.post(APPLICATION)
@proven
async def add_application(page: Page) -> Response:
    return await _enrolment(page, FINE)


@blueprint.post(f"{APPLICATION}/confirmer")
@proven
async def confirm_application(page: Page) -> Response:
    code = {"code": page.field("code")}
    gaps = FORM.gaps(page)
    if gaps:
        return await _enrolment(page, gaps)
    try:
        made = await factors.confirm(page, page.build(EnrolmentCode, code))
    except ApiRefused as refused:
        return await _enrolment(page, FORM.errors(page, refused))
    if made.codes:
        return await _codes(page, made.codes, is_first=True)
    return page.redirect(FACTORS, flash=page.gettext("L’application est ajoutée. Vos autres sessions sont fermées."))


@blueprint.post(f"{APPLICATION}/retirer")
@proven
async def remove_application(page: Page) -> Response:
    try:
        await factors.remove_application(page)
    except ApiRefused as refused:
        if refused.code == "proof_needed":
            raise
        return await _as_it_stands(page, BARE.errors(page, refused))
    return page.redirect(FACTORS, flash=page.gettext("L’application est retirée. Vos autres sessions sont fermées."))


@blueprint.post(f"{FACTORS}/codes")
@proven
async def renew_codes(page: Page) -> Response:
    return await _codes(page, (await factors.renew_recovery_codes(page)).codes, is_first=False)


async def _enrolment(page: Page, trouble: FormErrors) -> Response:
    """The same secret each time while it waits for its first code."""
    enrolment = await factors.begin(page)
    context = {"secret": enrolment.secret, "code": qr.drawn(enrolment.uri), "trouble": trouble}
    return await page.render("settings/enrolment.html", context, status=trouble.status)


async def _codes(page: Page, made: list[str], *, is_first: bool) -> Response:
    """Shown this once."""
    return await page.render("settings/recovery_codes.html", codes=made, is_first=is_first)


async def _as_it_stands(page: Page, trouble: FormErrors) -> Response:
    context = {"factors": await factors.own(page), "trouble": trouble}
    return await page.render("settings/factors.html", context, status=trouble.status)

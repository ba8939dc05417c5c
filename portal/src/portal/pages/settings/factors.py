"""One's own second factors."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.factors import EnrolmentCode, PasskeyAdd
from portal import passkeys, qr
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
PASSKEY = Form(Field("name", N_("Nom de la clé")))
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


@blueprint.post(f"{FACTORS}/cles")
@proven
async def new_passkey(page: Page) -> Response:
    return await _passkey(page, FINE)


@blueprint.post(f"{FACTORS}/cles/ajouter")
@proven
async def add_passkey(page: Page) -> Response:
    gaps = PASSKEY.gaps(page)
    if gaps:
        return await _passkey(page, gaps)
    added = {"name": page.field("name"), "credential": passkeys.typed(page) or {}}
    try:
        made = await factors.add_passkey(page, page.build(PasskeyAdd, added))
    except ApiRefused as refused:
        return await _passkey(page, PASSKEY.errors(page, refused))
    if made.codes:
        return await _codes(page, made.codes, is_first=True)
    return page.redirect(FACTORS, flash=page.gettext("La clé d’accès est ajoutée. Vos autres sessions sont fermées."))


@blueprint.post(f"{FACTORS}/cles/{{id:uuid}}/retirer")
@proven
async def remove_passkey(page: Page) -> Response:
    try:
        await factors.remove_passkey(page, page.request.path_params["id"])
    except ApiRefused as refused:
        if refused.code == "proof_needed" or refused.status == 404:
            raise
        return await _as_it_stands(page, BARE.errors(page, refused))
    return page.redirect(FACTORS, flash=page.gettext("La clé d’accès est retirée. Vos autres sessions sont fermées."))


async def _passkey(page: Page, trouble: FormErrors) -> Response:
    """Another challenge each time: the one before is used up."""
    options = passkeys.written(await factors.begin_passkey(page))
    context = {"options": options, "name": page.field("name"), "trouble": trouble}
    return await page.render("settings/passkey.html", context, status=trouble.status)


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

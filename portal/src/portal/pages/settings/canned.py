"""SQP's canned answers and macros: read by its people, made by its administrators."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from uuid import UUID

from starlette.responses import Response

from api.incidents.canned import CannedAnswer, CannedAnswerCreate, CannedAnswerPatch
from portal.forms import BARE, FINE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.rights import refusal, writers
from portal.router import Blueprint
from portal.services import canned
from portal.services.resource import Resource
from portal.translations import N_

blueprint = Blueprint()

PATH = "/parametres/reponses"
FORM = Form(
    Field("title", N_("Titre")),
    Field("body_fr", N_("Texte français")),
    Field("body_en", N_("Texte anglais"), needed=False),
    Field("step", N_("Étape de l’échange"), needed=False),
    Field("exchange_type", N_("Type d’échange"), needed=False),
    Field("to_status", N_("Nouvel état"), needed=False),
    Field("to_reason", N_("Ce que l’on attend"), needed=False),
    Field("note_fr", N_("Note en français"), needed=False),
    Field("note_en", N_("Note en anglais"), needed=False),
    places={"title_taken": "title"},
)
# What the previous release of the service does not know: sent only where it was chosen, or changes.
OF_MACROS = ("step", "exchange_type", "to_status", "to_reason", "note_fr", "note_en")
SAVED = N_("La réponse type est enregistrée.")


@blueprint.get(PATH)
async def list_answers(page: Page) -> Response:
    if not page.may("sqp"):
        raise refusal(page)
    return await page.render("settings/canned.html", every=await canned.every(page))


@blueprint.get(f"{PATH}/nouvelle")
@writers("sqp")
async def new_answer(page: Page) -> Response:
    return await _form(page, {}, FINE)


@blueprint.post(f"{PATH}/nouvelle")
@writers("sqp")
async def create_answer(page: Page) -> Response:
    typed = _typed(page)
    trouble = await FORM.attempt(
        page, lambda: canned.create(page, page.build(CannedAnswerCreate, _news(typed)), page.field("key"))
    )
    return await _form(page, typed, trouble) if trouble else page.redirect(PATH, flash=page.gettext(SAVED))


@blueprint.get(f"{PATH}/{{id:uuid}}")
@writers("sqp")
async def edit_answer(page: Page) -> Response:
    answer = await _answer(page).read()
    return await _form(page, answer.body, FormErrors(200, etag=answer.etag), answer.body)


@blueprint.post(f"{PATH}/{{id:uuid}}")
@writers("sqp")
async def change_answer(page: Page) -> Response:
    typed, now = _typed(page), await _answer(page).get()
    trouble = await FORM.patch(page, _answer(page), _news(typed, now))
    if trouble:
        return await _form(page, typed, trouble, now)
    return page.redirect(PATH, flash=page.gettext(SAVED))


@blueprint.get(f"{PATH}/{{id:uuid}}/supprimer")
@writers("sqp")
async def confirm_deletion(page: Page) -> Response:
    return await _deletion(page, FINE)


@blueprint.post(f"{PATH}/{{id:uuid}}/supprimer")
@writers("sqp")
async def delete_answer(page: Page) -> Response:
    trouble = await BARE.attempt(page, lambda: canned.delete(page, _id(page), page.field("etag")))
    if trouble:
        return await _deletion(page, trouble)
    return page.redirect(PATH, flash=page.gettext("La réponse type est supprimée."))


def _typed(page: Page) -> dict[str, object]:
    return {**FORM.typed(page), "natures": page.fields("natures"), "statuses": page.fields("statuses")}


def _news(typed: Mapping[str, object], now: CannedAnswer | None = None) -> dict[str, object]:
    known = {name: getattr(now, name, "") for name in OF_MACROS}
    return {name: value for name, value in typed.items() if name not in known or value != known[name]}


async def _form(page: Page, values: object, trouble: FormErrors, answer: CannedAnswer | None = None) -> Response:
    """``answer`` is the one that is changed, as the service knows it."""
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "answer": answer, "key": key, "every": await canned.every(page)}
    return await page.render("settings/canned_answer.html", context, status=trouble.status)


async def _deletion(page: Page, trouble: FormErrors) -> Response:
    """What stands there now is what is deleted the next time."""
    answer = await _answer(page).read()
    context = {"answer": answer.body, "etag": answer.etag, "trouble": trouble}
    return await page.render("settings/canned_deletion.html", context, status=trouble.status)


def _answer(page: Page) -> Resource[CannedAnswer, CannedAnswerPatch]:
    return canned.one(page, _id(page))


def _id(page: Page) -> UUID:
    return UUID(str(page.request.path_params["id"]))

"""Macros on an incident: chosen from a list, read in sentences, then applied whole or not at all."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from portal.api_client import ApiRefused
from portal.page import Page
from portal.pages.incidents.base import blueprint, here, number_of
from portal.pages.incidents.canned import pieces
from portal.pages.incidents.threads import TABS
from portal.pages.rights import writers
from portal.services import canned
from portal.translations import N_

PATH = "/incidents/{number}/macros"
APPLIED = N_("La macro est appliquée. L’incident est à l’état « %(state)s ».")
CHANGED = N_("Rien n’est appliqué : ce que la macro ferait a changé entre-temps. Relisez, puis appliquez.")
SHOWN_AGAIN = (409, 412)


@blueprint.get(PATH)
@writers("sqp")
async def list_macros(page: Page) -> Response:
    """For the dialog beside the composer; without scripts a page of its own."""
    number = number_of(page)
    found = [each for each in (await canned.offered(page, number)).items if each.does]
    context = {"number": number, "macros": found}
    if page.wants("canned"):
        return page.fragment("incidents/macros.html", context)
    return await page.render("incidents/macros_page.html", context)


@blueprint.get(f"{PATH}/{{id:uuid}}")
@writers("sqp")
async def preview_macro(page: Page) -> Response:
    return await _preview(page, page.query("language"), 200, "")


@blueprint.post(f"{PATH}/{{id:uuid}}")
@writers("sqp")
async def apply_macro(page: Page) -> Response:
    number, language = number_of(page), page.field("language")
    if page.is_resumed:
        return await _preview(page, language, 200, page.why_shown_again)
    try:
        moved = await canned.apply(page, number, _id(page), language, page.field("etag"), page.field("key"))
    except ApiRefused as refused:
        if refused.status not in SHOWN_AGAIN:
            raise
        is_changed = refused.code == "precondition_failed"
        return await _preview(page, language, refused.status, page.gettext(CHANGED) if is_changed else refused.title)
    done = page.gettext(APPLIED) % {"state": moved.status_label}
    return page.redirect(here(page, number, TABS["sqp"]), flash=done)


async def _preview(page: Page, language: str, status: int, sentence: str) -> Response:
    """What is shown is what the next press applies."""
    number = number_of(page)
    found = await canned.preview(page, number, _id(page), language or "fr")
    context: dict[str, object] = {
        "number": number,
        "macro": found.body,
        "etag": found.etag,
        "key": str(uuid4()),
        "sentence": sentence,
        "pieces": pieces,
    }
    if page.wants("canned"):
        return page.fragment("incidents/macro.html", context, status=status)
    return await page.render("incidents/macro_page.html", context, status=status)


def _id(page: Page) -> UUID:
    return UUID(str(page.request.path_params["id"]))

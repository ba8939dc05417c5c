"""Canned answers on an incident: filled from it, and put into SQP's message to the reseller."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from api.incidents.canned import FilledText, OfferedAnswer
from portal.page import Page
from portal.pages.incidents import one
from portal.pages.incidents.base import blueprint, number_of
from portal.pages.incidents.threads import TABS
from portal.pages.rights import writers
from portal.services import canned

PATH = "/incidents/{number}/reponses"


@blueprint.get(PATH)
@writers("sqp")
async def list_answers(page: Page) -> Response:
    """For the dialog beside the composer; without scripts a page of its own."""
    number = number_of(page)
    context = {"number": number, "found": await canned.offered(page, number), "pieces": pieces}
    if page.wants("canned"):
        return page.fragment("incidents/canned.html", context)
    return await page.render("incidents/canned_page.html", context)


@blueprint.post(f"{PATH}/{{id:uuid}}")
@writers("sqp")
async def use_answer(page: Page) -> Response:
    """Counts the use. Without scripts the incident's page comes back, with the text where one writes."""
    number, identifier = number_of(page), UUID(str(page.request.path_params["id"]))
    await canned.use(page, identifier, number)
    if page.wants("canned"):
        return Response(status_code=204)
    found = (await canned.offered(page, number)).items
    written = _text(found, identifier, page.field("language"))
    said = {"kept": (), "refused": (), "key": str(uuid4()), "written": written, "mention": "", "unsent": ""}
    return await one.show(page, number, said, tab=TABS["sqp"], status=200)


def pieces(text: FilledText) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is a name that is missing."""
    if not text.missing:
        return [(text.body, False)]
    left = {f"{{{name}}}" for name in text.missing}
    parts = re.split("(" + "|".join(map(re.escape, sorted(left))) + ")", text.body)
    return [(part, part in left) for part in parts if part]


def _text(found: Sequence[OfferedAnswer], identifier: UUID, language: str) -> str:
    """Empty where it is no longer offered, or a name is missing."""
    texts = [text for each in found if each.id == identifier for text in each.texts if text.language == language]
    return texts[0].body if texts and not texts[0].missing else ""

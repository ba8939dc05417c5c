"""What a person is writing in a thread, kept by the incidents service: another device has it, and a later log-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.responses import PlainTextResponse, Response

from api.incidents.drafts import MessageDraft
from portal import uploads
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.formats import moment
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.incidents.base import blueprint, number_of
from portal.pages.incidents.threads import thread_of
from portal.services import incidents
from web import clock

# The key goes along: a message that is sent from two devices is one message.
TEXTS = ("body", "mention", "seen", "key")


@blueprint.post("/incidents/{number}/messages/{thread}/brouillon")
async def keep_draft(page: Page) -> Response:
    """As one types: answers the sentence to show, none once nothing is left of the draft."""
    number, name = number_of(page), thread_of(page)
    if page.is_resumed:
        return PlainTextResponse(page.why_shown_again, 409)
    content = {**{each: page.field(each) for each in TEXTS}, "file_ids": page.fields(uploads.IDS)}
    try:
        if not (content["body"] or content["file_ids"]):
            return await _discard(page, number, name)
        await incidents.keep_message_draft(page, number, name, content)
    except ServiceUnavailable:
        return PlainTextResponse("", 503)
    except ApiRefused as refused:
        return PlainTextResponse(refused.title, refused.status)
    return PlainTextResponse(page.gettext("Brouillon enregistré à %(time)s") % {"time": moment(clock.now())[-5:]})


async def carry(page: Page, number: str, name: str, target: str, ids: Sequence[str]) -> None:
    """What was written where nothing is written any more goes to the incident ``target``, before what was begun
    there. Raises ServiceUnavailable or ApiRefused."""
    begun = await _draft(page, target, name)
    known = begun.content if begun else {}
    content = {
        "body": "\n\n".join(filter(None, (page.field("body"), str(known.get("body", ""))))),
        "mention": page.field("mention") or str(known.get("mention", "")),
        "file_ids": list(dict.fromkeys([*ids, *_files(known)])),
    }
    await incidents.keep_message_draft(page, target, name, content)
    await _discard(page, number, name)


async def _discard(page: Page, number: str, name: str) -> Response:
    try:
        await incidents.discard_message_draft(page, number, name)
    except ApiRefused as refused:
        if refused.code != "draft_not_found":
            raise
    return PlainTextResponse("")


async def found(page: Page, number: str, name: str) -> dict[str, object]:
    """The draft's values for the composer; empty if there is no draft or the service does not answer."""
    if not name or not page.may(write=True):
        return {}
    draft = await or_unavailable(_draft(page, number, name))
    if not draft:
        return {}
    texts = {each: str(draft.content.get(each, "")) for each in TEXTS}
    ids = _files(draft.content)
    kept = await uploads.known(page, ids)
    return {
        "written": texts["body"],
        "mention": texts["mention"],
        # A message that was taken back after a colleague's answer has been read by now.
        **({"seen": texts["seen"]} if texts["seen"] else {}),
        "key": texts["key"] or str(uuid4()),
        "kept": kept,
        "refused": [page.gettext(uploads.GONE)] if len(kept) < len(ids) else [],
        "drafted_at": draft.updated_at,
    }


async def _draft(page: Page, number: str, name: str) -> MessageDraft | None:
    try:
        return await incidents.message_draft(page, number, name)
    except ApiRefused as refused:
        if refused.status != 404:
            raise
        return None


def _files(content: Mapping[str, object]) -> list[str]:
    """A draft may have been written past the portal."""
    named = content.get("file_ids")
    return [str(each) for each in named] if isinstance(named, list) else []

"""Writing in a thread, and its messages afresh."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

from starlette.responses import Response

from api.incidents import MessageCreate
from portal import notices, uploads
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.forms import Field, Form
from portal.page import Page
from portal.pages.incidents import message_drafts, one, words
from portal.pages.incidents.base import blueprint, here, number_of
from portal.pages.incidents.threads import TABS, Thread, colleagues, is_undoable, thread_of
from portal.pages.rights import writers
from portal.services import incidents
from portal.translations import N_
from portal.uploads import UploadedFile

UNAVAILABLE = N_("La messagerie ne répond pas pour l’instant. Votre message est resté ici : réessayez dans un instant.")
EMPTY = N_("Écrivez votre message, ou joignez un fichier.")
SENT_ALREADY = N_("Votre envoi précédent est parti. Relisez le fil avant d’envoyer à nouveau.")
FILES_AWAY = N_("Les fichiers ne répondent pas pour l’instant. Réessayez dans un instant.")
MOVED = "thread_moved"
PATH = "/incidents/{number}/messages/{thread}"
SENT = N_("Votre message est envoyé.")
LEAVES = N_("Votre message part dans dix secondes.")
TAKEN_BACK = N_("Votre message n’est pas parti. Il est de nouveau en brouillon ci-dessous.")
LED = N_(
    "L’incident n° %(number)s est fusionné avec celui-ci : votre message vous attend ici, relisez-le et envoyez-le."
)
NOTED = N_("Votre note est enregistrée.")
FORM = Form(
    Field("body", N_("Message")),
    Field("files", N_("Fichiers"), path="file_ids"),
    Field("mention", N_("Mentionner"), path="mentions"),
)


@blueprint.get(PATH)
async def show_messages(page: Page) -> Response:
    number, name = number_of(page), thread_of(page)
    if not page.wants("messages"):
        return page.redirect(here(page, number, TABS[name]))
    return await _list(page, number, name)


@blueprint.post(PATH, takes_files=True)
async def post_message(page: Page) -> Response:
    number, name = number_of(page), thread_of(page)
    kept, refused = await _taken(page)
    again = partial(_again, page, number, name, kept, refused)
    if page.is_resumed:
        return await again(422, page.why_shown_again)
    if refused or not (page.field("body") or kept):
        return await again(422, "" if refused else page.gettext(EMPTY))
    try:
        await _post(page, number, name, kept)
    except ApiRefused as refusal:
        if refusal.code == MOVED:
            return await again(412, refusal.title)
        if refusal.code == "merged":
            return await _led(page, number, name, kept, refusal)
        errors = FORM.errors(page, refusal)
        reused = refusal.code == "idempotency_key_reused"
        sentence = " ".join(errors.wrong.values()) or errors.title
        return await again(errors.status, page.gettext(SENT_ALREADY) if reused else sentence)
    except ServiceUnavailable:
        return await again(503, page.gettext(UNAVAILABLE), page.field("key"))
    if page.wants("messages"):
        return await _list(page, number, name)
    done = NOTED if name == "internal" else LEAVES if is_undoable(page, name) else SENT
    return page.redirect(here(page, number, TABS[name]), flash=page.gettext(done))


@blueprint.post(f"{PATH}/annuler/{{id:uuid}}")
@writers("sqp")
async def undo_message(page: Page) -> Response:
    """What waits is a draft again. Pressed twice it is one already."""
    number, name = number_of(page), thread_of(page)
    try:
        await incidents.undo(page, number, UUID(str(page.request.path_params["id"])))
    except ApiRefused as refused:
        if refused.code == "sent_already":
            return await one.show(page, number, {"unsent": refused.title}, tab=TABS[name], status=refused.status)
        if refused.code != "pending_message_not_found":
            raise
    return page.redirect(here(page, number, TABS[name]), flash=page.gettext(TAKEN_BACK))


async def _taken(page: Page) -> tuple[list[UploadedFile], list[str]]:
    try:
        return await uploads.take(page)
    except ServiceUnavailable:
        return [], [page.gettext(FILES_AWAY)]


async def _post(page: Page, number: str, name: str, files: list[UploadedFile]) -> None:
    body = page.field("body") or attached(page, files)
    mentions = [page.field("mention")] if page.field("mention") else []
    values = {"body": body, "file_ids": [file.id for file in files], "mentions": mentions}
    message = page.build(MessageCreate, values)
    # A note is no answer to a party, so it is posted even if other messages arrived meanwhile.
    seen = page.field("seen") if name != "internal" else ""
    await incidents.post(page, number, name, message, page.field("key"), seen, undoable=is_undoable(page, name))


def attached(page: Page, files: Sequence[UploadedFile]) -> str:
    """What a message of files alone says, in the thread as in the e-mail about it."""
    said = page.ngettext("Fichier joint : %(names)s", "Fichiers joints : %(names)s", len(files))
    return said % {"names": ", ".join(file.name for file in files)}


async def _led(page: Page, number: str, name: str, kept: Sequence[UploadedFile], refusal: ApiRefused) -> Response:
    """To the incident with which this one was merged, where what was written stands ready to be sent."""
    target = refusal.problem.target
    try:
        await message_drafts.carry(page, number, name, target, [str(file.id) for file in kept])
    except (ApiRefused, ServiceUnavailable):
        return await _again(page, number, name, kept, (), refusal.status, refusal.title)
    there = page.redirect(f"{here(page, target, TABS[name])}#composer", flash=page.gettext(LED) % {"number": number})
    if page.wants("messages"):
        there.status_code = 204
        there.headers["HX-Redirect"] = there.headers["location"]
        del there.headers["location"]
    return there


async def _again(
    page: Page,
    number: str,
    name: str,
    kept: Sequence[UploadedFile],
    refused: Sequence[str],
    status: int,
    sentence: str,
    key: str = "",
) -> Response:
    """What was written goes back to its form, with what kept it from leaving."""
    if page.wants("messages"):
        return page.fragment("incidents/problem.html", status=status, sentence=sentence or refused[0])
    said: dict[str, object] = {
        "kept": kept,
        "refused": refused,
        "key": key or str(uuid4()),
        "written": page.field("body"),
        "mention": page.field("mention"),
        "unsent": sentence,
        "drafted_at": None,
    }
    # Of a message that was stopped, the page shows what came: the next attempt has seen it.
    seen = {} if status == 412 else {"seen": page.field("seen")}
    try:
        return await one.show(page, number, {**said, **seen}, tab=TABS[name], status=status)
    except ServiceUnavailable:
        said["seen"] = page.field("seen")
        said["colleagues"] = await colleagues(page, name)
        thread = {"number": number, "name": name, "tab": TABS[name], "reader": "", "readership": "active"}
        return await page.render("incidents/unsent.html", said, status=503, thread=thread)


async def _list(page: Page, number: str, name: str) -> Response:
    incident = await incidents.get(page, number)
    if page.query("seen"):
        await notices.read(page, number, name)
    thread = await Thread.read(page, incident, name, page.query("messages"))
    return page.fragment(
        "incidents/messages_fresh.html",
        thread=thread,
        incident=incident,
        kinds=words.KINDS,
        file_kind=lambda media_type: words.file_kind(page, media_type),
    )

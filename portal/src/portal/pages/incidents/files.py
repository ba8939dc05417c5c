"""The files of an incident: shown, fetched, added to the declaration, taken off."""

from __future__ import annotations

from starlette.responses import Response

from portal import uploads
from portal.api_client import ApiRefused
from portal.identifiers import identifier
from portal.page import Page
from portal.pages.incidents import one, words
from portal.pages.incidents.base import blueprint, here, number_of
from portal.pages.incidents.threads import TABS
from portal.services import files, incidents
from portal.translations import N_

EMPTY = N_("Choisissez au moins un fichier.")


@blueprint.get("/incidents/{number}/fichiers")
async def show_files(page: Page) -> Response:
    number = number_of(page)
    if not page.wants("files"):
        return page.redirect(here(page, number))
    return page.fragment(
        "incidents/files.html",
        incident=await incidents.get(page, number),
        file_kind=lambda media_type: words.file_kind(page, media_type),
    )


@blueprint.post("/incidents/{number}/fichiers", takes_files=True)
async def attach_files(page: Page) -> Response:
    """Completes the declaration; what was refused is shown beside what was not."""
    number = number_of(page)
    kept, refused = await uploads.take(page)
    sentence, status = "", 422
    if kept and not refused:
        try:
            await incidents.attach(page, number, [file.id for file in kept])
            return page.redirect(here(page, number), flash=_attached(page, len(kept)))
        except ApiRefused as refusal:
            sentence, status = refusal.title, refusal.status
    shown: dict[str, object] = {"kept": kept, "refused": refused}
    shown["attach_unsent"] = sentence or ("" if refused else page.gettext(EMPTY))
    return await one.show(page, number, shown, tab="declaration", status=status)


@blueprint.get("/incidents/{number}/fichiers/{file_id}")
async def fetch_file(page: Page) -> Response:
    """The bytes come from the files service; what cannot be fetched yet, or ever, is said on a page."""
    file_id = str(identifier(page, "file_id"))
    file = await files.get(page, file_id)
    if file.scan != "clean":
        await files.refuse_content(page, file_id)
    return page.redirect(f"/fichiers/{file_id}/contenu")


@blueprint.post("/incidents/{number}/fichiers/{file_id}/supprimer")
async def remove_file(page: Page) -> Response:
    number, file_id = number_of(page), str(identifier(page, "file_id"))
    tab = page.field("onglet") if page.field("onglet") in TABS.values() else ""
    try:
        await incidents.detach(page, number, file_id)
    except ApiRefused as refusal:
        # Another request deleted it first: the result is the same.
        if refusal.code != "attachment_not_found":
            raise
    return page.redirect(here(page, number, tab), flash=page.gettext("Le fichier est supprimé."))


def _attached(page: Page, count: int) -> str:
    return page.ngettext("%(num)s fichier est joint.", "%(num)s fichiers sont joints.", count) % {"num": count}

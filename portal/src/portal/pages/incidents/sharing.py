"""Who of the client's organisation sees the incident: said in a sentence, and changed by its administrators."""

from __future__ import annotations

from starlette.responses import Response

from api.incidents import SharingPut
from portal import sharing
from portal.api_client import ApiRefused
from portal.forms import Field, Form, FormErrors
from portal.page import Page
from portal.pages.incidents import one
from portal.pages.incidents.base import blueprint, number_of, path_of
from portal.services import incidents
from portal.translations import N_

FORM = Form(
    Field("readers", sharing.READERS.label, needed=False, path="people"),
    sharing.SHARED_WITH,
    places={"unknown_reader": "readers"},
)
CHANGED = N_("Le partage est enregistré.")
CHANGED_MEANWHILE = N_(
    "Le partage ou l’état de l’incident a changé entre-temps : vérifiez le partage, puis enregistrez de nouveau."
)


@blueprint.post("/incidents/{number}/partage")
async def share(page: Page) -> Response:
    number, wanted = number_of(page), sharing.wanted(page.field("shared_with"), page.fields("readers"))
    wrong = sharing.missing(page, wanted)
    if page.is_resumed:
        return await _again(page, number, FormErrors(200, page.why_shown_again))
    if wrong:
        return await _again(page, number, FormErrors(422, wrong=wrong))
    now = await incidents.read(page, number)
    meanwhile = FormErrors(409, page.gettext(CHANGED_MEANWHILE))
    if now.body.sharing and sharing.seen(now.body.sharing) != page.field("seen"):
        return await _again(page, number, meanwhile)
    try:
        await incidents.share(page, number, page.build(SharingPut, wanted), now.etag)
    except ApiRefused as refused:
        return await _again(page, number, meanwhile if refused.status == 412 else FORM.errors(page, refused))
    return page.redirect(path_of(number, page.field("onglet")), flash=page.gettext(CHANGED))


async def _again(page: Page, number: str, trouble: FormErrors) -> Response:
    """The page with the form as it was filled."""
    return await one.show(page, number, tab=page.field("onglet"), status=trouble.status, trouble=trouble)

"""Moving an incident on: SQP through its states, the declarer back out or back in."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from api.incidents import IncidentState, StatusChange
from portal import forms
from portal.api_client import ApiRefused
from portal.forms import Field, Form
from portal.page import Page
from portal.pages.incidents import one
from portal.pages.incidents.base import blueprint, here, number_of
from portal.services import incidents
from portal.translations import N_

TRIES = 3
MOVED = N_("L’incident est maintenant à l’état « %(state)s ».")
MOVED_MEANWHILE = N_(
    "Quelqu’un d’autre a changé l’état entre-temps : l’incident est à l’état « %(state)s ». "
    "Vérifiez le suivi, puis recommencez si besoin."
)

STATUS = Field("status", N_("Nouvel état"))
REASON = Field("reason", N_("Ce que l’on attend"))
NOTE = Field("note", N_("Note"))
FORM = Form(STATUS, REASON, NOTE)


class MovedMeanwhile(Exception):
    """The state is no longer the one that the person saw."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


@blueprint.post("/incidents/{number}/etat")
async def move(page: Page) -> Response:
    number, tab = number_of(page), page.field("onglet")
    wrong = _wrong(page)
    if page.is_resumed:
        return await _again(page, number, tab, 200, page.why_shown_again)
    if wrong:
        return await _again(page, number, tab, 422, wrong=wrong)
    try:
        moved = await _move(page, number)
    except MovedMeanwhile as meanwhile:
        return await _again(page, number, tab, 409, page.gettext(MOVED_MEANWHILE) % {"state": meanwhile.label})
    except ApiRefused as refusal:
        errors = FORM.errors(page, refusal)
        return await _again(page, number, tab, errors.status, errors.title, wrong=errors.wrong)
    return page.redirect(here(page, number, tab), flash=page.gettext(MOVED) % {"state": moved.status_label})


async def _move(page: Page, number: str) -> IncidentState:
    """Moves from the state that the person saw. A message that came meanwhile changes the version but not the state:
    it does not stand in the way."""
    for _ in range(TRIES):
        now = await incidents.read(page, number)
        if now.body.status != page.field("seen"):
            raise MovedMeanwhile(now.body.status_label)
        try:
            return await incidents.change_status(page, number, _change(page), now.etag)
        except ApiRefused as refusal:
            if refusal.status != 412:
                raise
    raise MovedMeanwhile(now.body.status_label)


def _change(page: Page) -> StatusChange:
    reason = page.field("reason") if page.field("status") == "pending" else None
    typed = {"status": page.field("status"), "note": page.field("note"), "reason": reason}
    return page.build(StatusChange, typed)


def _wrong(page: Page) -> dict[str, str]:
    status = page.field("status")
    gaps = (
        (STATUS, not status),
        (REASON, status == "pending" and not page.field("reason")),
        (NOTE, status == "rejected" and not page.field("note")),
    )
    return {each.name: forms.to_fill_in(page, each) for each, is_missing in gaps if is_missing}


async def _again(
    page: Page, number: str, tab: str, status: int, sentence: str = "", *, wrong: Mapping[str, str] | None = None
) -> Response:
    """The page with the form as it was filled."""
    said = {"moved": FORM.typed(page), "move_refused": sentence, "move_wrong": wrong or {}}
    return await one.show(page, number, said, tab=tab, status=status)

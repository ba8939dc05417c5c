"""Renewals, for resellers and SQP: what ends when, month by month, and one of them with what was noted."""

from __future__ import annotations

import asyncio
import re
from datetime import date

from starlette.responses import Response

from api.renewals import LOST_REASONS, STATES, Renewal
from portal.api_client import ApiRefused
from portal.forms import Field, Form, FormErrors, to_fill_in
from portal.identifiers import filtered
from portal.listing import Listing
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages import exporting, list_page, reseller_filter
from portal.pages.contract import number_of
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import renewals
from portal.translations import N_
from web import clock

blueprint = Blueprint()

PATH = "/renouvellements"
ONE = PATH + "/{number}/{ends_on}"
MONTH = re.compile(r"(199\d|20\d\d)-(0[1-9]|1[0-2])")

COLUMNS = (
    ("ends_on", N_("Fin de garantie")),
    ("contract_number", N_("Contrat")),
    ("product_reference", N_("Référence produit")),
    ("client", N_("Client")),
    ("next_on", N_("Relance")),
)
# SQP does not see `next_on`: it is the reseller's reminder to call the client again.
COLUMNS_WITH_RESELLER = (*COLUMNS[:4], ("reseller", N_("Revendeur")))

NOTE = Field("note", N_("Note"), needed=False)
NOTE_FORM = Form(NOTE)
FORM = Form(
    Field("state", N_("État"), choices={str(word): label for word, label in STATES.items()}),
    Field("lost_reason", N_("Motif"), needed=False, choices={str(word): label for word, label in LOST_REASONS.items()}),
    Field("next_on", N_("Prochaine relance"), needed=False),
    NOTE,
    places={"renewal_ordered": "state"},
)


@blueprint.get(PATH)
async def list_renewals(page: Page) -> Response:
    listing = _listing(page)
    found, reseller = await asyncio.gather(
        renewals.find(page, **listing.parameters), or_unavailable(reseller_filter.reseller(page))
    )
    return await list_page.show(
        page, "renewals", listing=listing, found=found, reseller=reseller, states=STATES, today=clock.today()
    )


def _listing(page: Page) -> Listing:
    month = page.query("month")
    filters = {
        "month": (month,) if MONTH.fullmatch(month) else (),
        "state": tuple(STATES),
        "client_id": filtered(page, "client_id"),
        "reseller_id": reseller_filter.asked(page),
    }
    columns = COLUMNS_WITH_RESELLER if page.may("sqp") else COLUMNS
    return Listing.of(page, PATH, columns, default_sort="ends_on", filters=filters)


exporting.offer(blueprint, PATH, "/renewals", _listing)


@blueprint.get(ONE)
async def show(page: Page) -> Response:
    answer = await renewals.one(page, number_of(page), _end(page)).read()
    return await _shown(page, answer.body, answer.body.model_dump(), FormErrors(200, etag=answer.etag))


@blueprint.post(ONE)
@writers("reseller")
async def save(page: Page) -> Response:
    resource = renewals.one(page, number_of(page), _end(page))
    # The form of an ordered renewal has the note alone.
    form = FORM if page.field("state") else NOTE_FORM
    typed = form.typed(page)
    trouble = _without_reason(page, typed) or await form.patch(page, resource, _values(typed))
    if trouble is None:
        return page.redirect(PATH, flash=page.gettext("Le renouvellement est enregistré."))
    renewal = await resource.get()
    return await _shown(page, renewal, {**renewal.model_dump(), **typed}, trouble)


def _without_reason(page: Page, typed: dict[str, str]) -> FormErrors | None:
    if typed.get("state") != "lost" or typed["lost_reason"]:
        return None
    return FormErrors(422, wrong={"lost_reason": to_fill_in(page, FORM.fields[1])}, etag=page.field("etag"))


def _values(typed: dict[str, str]) -> dict[str, object]:
    """A reason goes with a lost one alone; an empty date is none."""
    values: dict[str, object] = {**typed}
    if "state" in typed:
        lost = typed["state"] == "lost"
        values |= {"lost_reason": typed["lost_reason"] if lost else None, "next_on": typed["next_on"] or None}
    return values


def _end(page: Page) -> date:
    try:
        return date.fromisoformat(str(page.request.path_params["ends_on"]))
    except ValueError:
        raise ApiRefused(404, {}) from None


async def _shown(page: Page, renewal: Renewal, values: dict[str, object], trouble: FormErrors) -> Response:
    return await page.render(
        "renewals/renewal.html",
        status=trouble.status,
        renewal=renewal,
        values=values,
        trouble=trouble,
        states=STATES,
        own_states=[(name, label[page.language]) for name, label in STATES.items() if name != "ordered"],
        reasons=LOST_REASONS,
        reason_choices=[(name, label[page.language]) for name, label in LOST_REASONS.items()],
        today=clock.today(),
    )

"""Many incidents of the queue at once: chosen, told what would happen, started, followed, stopped."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from starlette.responses import Response

from api.incidents.bulk import MOST_ROWS, BulkJobCreate, Selection
from api.incidents.incidents import PENDING_REASONS
from portal.api_client import ApiRefused
from portal.forms import FINE, Field, Form, FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages import exporting
from portal.pages.desk.view_tabs import asked
from portal.pages.incidents.desk_bar import PATH
from portal.pages.incidents.narrowing import STATUSES
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import desk, desk_jobs
from portal.translations import N_

blueprint = Blueprint()

CHOSEN = f"{PATH}/lot"
JOBS = f"{PATH}/lots"
# The service's numbers, a comma between two: as many as a job takes.
MOST_TYPED = MOST_ROWS * 17
# No incident moves back to what it begins with.
STATES = {state: label for state, label in STATUSES.items() if state != "new"}
ACTS = {"assign": ("user_id", "note"), "release": (), "move": ("status", "reason", "note"), "remind": ()}
FIELDS = (
    Field("user_id", N_("À qui")),
    Field("status", N_("Nouvel état")),
    Field("reason", N_("Ce que l’on attend")),
    Field("note", N_("Note"), needed=False),
)
NOTHING_CHOSEN = N_("Choisissez d’abord au moins un incident.")
STARTED = N_("Le traitement a commencé.")
STOPPED = N_("Le traitement s’arrête. Ce qui est fait reste fait.")


@dataclass(frozen=True)
class Lot:
    """The incidents that were chosen, as the page's forms carry them; ``is_cut``: the view held more."""

    numbers: list[str]
    is_cut: bool = False

    @property
    def typed(self) -> str:
        return ",".join(self.numbers)

    @property
    def address(self) -> str:
        """Of the page that asks what is to be done with them."""
        return f"{CHOSEN}?{urlencode({'numbers': self.typed, **({'cut': '1'} if self.is_cut else {})})}"


def _chosen_listing(page: Page) -> Listing:
    numbers = page.query("numbers")[:MOST_TYPED]
    if not numbers:
        raise ApiRefused(404, {})
    return Listing.of(page, CHOSEN, (), default_sort="-number", filters={"numbers": (numbers,)})


# Of what was chosen, the list of incidents as a file.
exporting.offer(blueprint, "/incidents-choisis", "/incidents", _chosen_listing)


@blueprint.get(f"{CHOSEN}/{{step}}")
async def back_to_queue(page: Page) -> Response:
    """A browser that loads the page of a form again asks here."""
    return page.redirect(PATH)


@blueprint.post(CHOSEN)
@writers("sqp")
async def choose(page: Page) -> Response:
    """Of a view, what it holds at this moment: what comes later is not of it. Again where something was typed."""
    lot = await _lot(page)
    if not lot.numbers:
        return page.redirect(_queue(page), flash=page.gettext(NOTHING_CHOSEN))
    return await _choose(page, lot, FINE) if page.field("action") else page.redirect(lot.address)


@blueprint.get(CHOSEN)
@writers("sqp")
async def show_chosen(page: Page) -> Response:
    """What is to be done with them. The address has them, so that a browser goes back to it."""
    lot = _given(page.query("numbers"), is_cut=bool(page.query("cut")))
    return await _choose(page, lot, FINE) if lot.numbers else page.redirect(PATH)


@blueprint.post(f"{CHOSEN}/verifier")
@writers("sqp")
async def check(page: Page) -> Response:
    """In sentences, what would happen; nothing has yet."""
    lot, form = await _lot(page), _form(page)
    gaps = form.gaps(page)
    if gaps:
        return await _choose(page, lot, gaps)
    try:
        preview = await desk_jobs.preview(page, _wanted(page, lot))
    except ApiRefused as refused:
        return await _choose(page, lot, form.errors(page, refused))
    return await _confirm(page, lot, preview.sentences, preview.changing, FINE)


@blueprint.post(f"{CHOSEN}/lancer")
@writers("sqp")
async def start(page: Page) -> Response:
    lot = await _lot(page)
    try:
        job = await desk_jobs.start(page, _wanted(page, lot), page.field("key"))
    except ApiRefused as refused:
        return await _choose(page, lot, _form(page).errors(page, refused))
    return page.redirect(f"{JOBS}/{job.id}", flash=page.gettext(STARTED))


@blueprint.get(JOBS)
@writers("sqp")
async def list_jobs(page: Page) -> Response:
    return await page.render("desk/bulk_jobs.html", found=await desk_jobs.mine(page))


@blueprint.get(f"{JOBS}/{{id:uuid}}")
@writers("sqp")
async def show_job(page: Page) -> Response:
    job = await desk_jobs.one(page, _id(page))
    if page.wants("bulk-job"):
        return page.fragment("desk/bulk_progress.html", {"job": job})
    return await page.render("desk/bulk_job.html", job=job)


@blueprint.post(f"{JOBS}/{{id:uuid}}/arreter")
@writers("sqp")
async def stop(page: Page) -> Response:
    await desk_jobs.stop(page, _id(page))
    return page.redirect(f"{JOBS}/{_id(page)}", flash=page.gettext(STOPPED))


async def _lot(page: Page) -> Lot:
    if page.field("all"):
        query = asked(dict(parse_qsl(page.field("query"))))
        selected = await desk_jobs.select(page, page.build(Selection, {"query": query}))
        return Lot(selected.numbers, selected.is_cut)
    return _given(",".join(page.fields("number")) or page.field("numbers"), is_cut=bool(page.field("cut")))


def _given(numbers: str, *, is_cut: bool) -> Lot:
    each = numbers[:MOST_TYPED].split(",")
    return Lot(list(dict.fromkeys(number for number in each if number)), is_cut)


def _wanted(page: Page, lot: Lot) -> BulkJobCreate:
    action = page.field("action")
    act = {name: page.field(name) for name in ACTS.get(action, ()) if page.field(name)}
    return page.build(BulkJobCreate, {"numbers": lot.numbers, "act": {"action": action, **act}})


def _form(page: Page) -> Form:
    """What its action asks; a reason only where something is waited for."""
    action, asked_for = page.field("action"), [*ACTS.get(page.field("action"), ())]
    if page.field("status") != "pending" and "reason" in asked_for:
        asked_for.remove("reason")
    return Form(*(each for each in FIELDS if each.name in asked_for), inside=f"act.{action}")


async def _choose(page: Page, lot: Lot, trouble: FormErrors) -> Response:
    people = await or_unavailable(desk.people(page))
    colleagues = sorted((each.name, str(each.user_id), each.is_me) for each in people.items) if people else []
    context = {
        "lot": lot,
        "trouble": trouble,
        "typed": Form(*FIELDS).typed(page),
        "action": page.field("action"),
        "colleagues": [
            (key, page.gettext("%(name)s (vous)") % {"name": name} if me else name)
            for name, key, me in colleagues
            if name
        ],
        "states": [(key, page.gettext(label)) for key, label in STATES.items()],
        "reasons": [(key, label[page.language]) for key, label in PENDING_REASONS.items()],
        "most": MOST_ROWS,
    }
    return await page.render("desk/bulk_choose.html", context, status=trouble.status)


async def _confirm(page: Page, lot: Lot, sentences: list[str], changing: int, trouble: FormErrors) -> Response:
    context = {
        "lot": lot,
        "sentences": sentences,
        "changing": changing,
        "trouble": trouble,
        "typed": Form(*FIELDS).typed(page),
        "action": page.field("action"),
        "key": secrets.token_urlsafe(16),
    }
    return await page.render("desk/bulk_confirm.html", context, status=trouble.status)


def _queue(page: Page) -> str:
    query = page.field("query")[:500]
    return f"{PATH}?{query}" if query else PATH


def _id(page: Page) -> UUID:
    return UUID(str(page.request.path_params["id"]))

"""Exchanges by stage, for SQP and resellers; SQP's reception, where a scan leads to the line that has arrived."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from api.incidents.exchange_steps import StepName
from api.incidents.exchanges import Exchange, ExchangeRow, Stage
from portal import asks
from portal.api_client import ApiRefused
from portal.forms import FINE, FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.page_request import if_allowed, or_unavailable
from portal.pages import list_page, reseller_filter
from portal.pages.incidents.exchange_acts import Act
from portal.pages.incidents.exchange_forms import FORMS
from portal.pages.rights import refusal, writers
from portal.router import Blueprint
from portal.services import exchanges
from portal.translations import N_
from web.http.security_headers import permissions_policy
from web.text import codes

blueprint = Blueprint()

PATH = "/echanges"
SCAN = f"{PATH}/reception"
MOST_CODE = 100
MOST_FOUND = 20
# What a return slip bears: an incident's number and a line's.
SLIP = re.compile(r"([0-9]{8,16})-([0-9]{1,4})")
STAGES: Mapping[Stage, str] = {
    "to_decide": N_("À décider"),
    "to_ship": N_("À envoyer"),
    "shipped": N_("En route vers le client"),
    "awaited": N_("Retour attendu"),
    "overdue": N_("Retour en retard"),
    "to_inspect": N_("À contrôler"),
    "to_close": N_("À terminer"),
    "done": N_("Terminés"),
}
SHAPES = {
    "to_decide": "new",
    "to_ship": "in_diagnosis",
    "shipped": "exchange",
    "awaited": "pending",
    "overdue": "expired",
    "to_inspect": "active",
    "to_close": "resolved",
    "done": "closed",
}
COLUMNS = (("requested_at", N_("Échange")), ("return_due_on", N_("Retour avant le")))
# What arrives, by the step that records it, and what is said then.
ARRIVALS: Mapping[StepName, str] = {
    "receive": N_("Retour reçu : incident n° %(number)s, échange n° %(line)s. Scannez le suivant."),
    "receive_replacement": N_("Remplacement revenu : incident n° %(number)s, échange n° %(line)s. Scannez le suivant."),
}
AWAITED = ("expected", "label_sent", "in_transit", "lost")


@dataclass(frozen=True)
class Scanned:
    """What a code led to: one line with its form, or several to choose from. ``read`` is the serial number that was
    scanned, ``expected`` and ``reference`` are of the unit that the form is about."""

    code: str
    read: str = ""
    line: Exchange | None = None
    act: Act | None = None
    expected: str = ""
    reference: str = ""
    rows: Sequence[ExchangeRow] = ()

    @property
    def is_other(self) -> bool:
        """Another unit of the line was scanned than the one that is expected."""
        return bool(self.act and self.read) and not _same(self.read, self.expected)


@blueprint.get(PATH)
async def list_exchanges(page: Page) -> Response:
    if not page.may("sqp", "reseller"):
        raise refusal(page)
    filters = {"stage": tuple(STAGES), "reseller_id": reseller_filter.asked(page)}
    listing = Listing.of(page, PATH, COLUMNS, default_sort="-requested_at", filters=filters)
    asked = listing.parameters
    asked["scan"] = asked.pop("q")
    found, reseller = await asyncio.gather(
        exchanges.find(page, **asked), or_unavailable(reseller_filter.reseller(page))
    )
    tiles = [(name, page.gettext(label), found.counts.get(name, 0), SHAPES[name]) for name, label in STAGES.items()]
    return await list_page.show(page, "exchanges", listing=listing, found=found, reseller=reseller, tiles=tiles)


@blueprint.get(SCAN)
@writers("sqp")
async def scan(page: Page) -> Response:
    return await _page(page, await _find(page, page.query("code")[:MOST_CODE], page.query("lu")[:MOST_CODE]))


@blueprint.post(SCAN)
@writers("sqp")
async def receive(page: Page) -> Response:
    form = next((FORMS[step] for step in ARRIVALS if step == page.field("step")), None)
    match = SLIP.fullmatch(page.field("reference"))
    if match is None or form is None:
        raise ApiRefused(404, {})
    number, line = match[1], int(match[2])

    async def change() -> None:
        body = page.build(form.request, {"step": form.step, **asks.values(page, form.asks)})
        await exchanges.take(page, number, line, body, page.field("version"))

    trouble = await asks.attempt(page, form.asks, change, form.step)
    if trouble is None:
        return page.redirect(SCAN, flash=page.gettext(ARRIVALS[form.step]) % {"number": number, "line": line})
    found = await _line(page, page.field("code")[:MOST_CODE], page.field("lu")[:MOST_CODE], number, line)
    if found.act:
        found = replace(found, act=replace(found.act, typed=asks.typed(page, form.asks), errors=trouble))
    return await _page(page, found, trouble)


async def _find(page: Page, code: str, read: str) -> Scanned:
    """One line at once where the code is of what is expected, means one, or one of which something is awaited."""
    slip = SLIP.fullmatch(str(codes.bare(code)))
    if slip:
        return await _line(page, code, read, slip[1], int(slip[2]))
    if not code:
        return Scanned(code)
    rows = (await exchanges.find(page, scan=code, limit=MOST_FOUND)).items
    awaited = [row for row in rows if _awaited(row) is not None]
    for likely in ([row for row in awaited if _same(code, _awaited(row) or "")], awaited, rows):
        if len(likely) == 1:
            return await _line(page, code, code, likely[0].incident_number, likely[0].line)
    return Scanned(code, rows=rows)


def _awaited(row: ExchangeRow) -> str | None:
    """The serial number of what is to come back: none of a part. None where nothing is awaited."""
    if row.replacement_return_state in AWAITED:
        return row.replacement_serial_number or ""
    return row.serial_number if row.decision == "approved" and row.return_state in AWAITED else None


def _same(one: str, other: str) -> bool:
    return codes.serial(one) == codes.serial(other)


async def _line(page: Page, code: str, read: str, number: str, wanted: int) -> Scanned:
    """``read`` counts where it is a serial number of the line, whose units are looked at by it."""
    found = await if_allowed(exchanges.of_incident(page, number))
    line = next((each for each in found.items if each.line == wanted), None) if found else None
    if line is None:
        return Scanned(code)
    replacement = line.replacement_serial_number or ""
    serial = next((each for each in (line.serial_number, replacement) if each and _same(read, each)), "")
    step = _arrival(line, serial)
    if step is None:
        return Scanned(code, serial, line)
    expected, reference = line.serial_number, line.product_reference
    if step == "receive_replacement":
        expected = replacement
        reference = line.replacement.product_reference if line.replacement else reference
    return Scanned(code, serial, line, _act(page, code, serial, line, step), expected, reference)


def _arrival(line: Exchange, serial: str) -> StepName | None:
    """The arrival of what was scanned, otherwise of what is awaited."""
    possible = [step for step in ARRIVALS if step in line.actions]
    scanned: StepName = "receive" if serial == line.serial_number else "receive_replacement"
    if serial and scanned in possible:
        return scanned
    if line.replacement_return and line.replacement_return.is_awaited:
        possible.reverse()
    return possible[0] if possible else None


def _act(page: Page, code: str, serial: str, line: Exchange, step: StepName) -> Act:
    form = FORMS[step]
    return Act(
        id="receive",
        label=page.gettext(form.label),
        href=SCAN,
        asks=form.asks,
        offered={},
        hidden={
            "reference": f"{line.incident_number}-{line.line}",
            "version": str(line.version),
            "step": step,
            "code": code,
            "lu": serial,
        },
        typed={"serial_number": serial},
    )


async def _page(page: Page, scanned: Scanned, trouble: FormErrors = FINE) -> Response:
    """With the camera, which the platform's other pages refuse."""
    response = await page.render("exchanges/reception.html", status=trouble.status, scanned=scanned, trouble=trouble)
    response.headers["Permissions-Policy"] = permissions_policy("camera")
    return response

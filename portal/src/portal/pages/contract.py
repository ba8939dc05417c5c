"""One contract: its cover, articles, extensions, incidents and time line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from api.contracts import Article, Contract, Credited, Extension, Replaced
from api.incidents import IncidentRow
from portal.api_client import ApiRefused
from portal.formats import day, day_of
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pictures import Pictures
from portal.router import Blueprint
from portal.services import contracts, incidents
from portal.translations import N_
from web import clock

blueprint = Blueprint()

NUMBER = re.compile("[0-9A-Za-z-]{1,20}")
INCIDENTS_SHOWN = 50
PICTURES = Pictures()
# Pictures come from other sites: opened as a document, one must run no script and load nothing.
INERT = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}

EXPIRED = N_("Ce contrat a pris fin le %(day)s : un incident ne peut plus être déclaré.")
CREDITED = N_("Ce que couvrait ce contrat a été repris contre un avoir : un incident ne peut plus être déclaré.")
UPCOMING = N_("Ce contrat commence le %(day)s : un incident pourra être déclaré à partir de ce jour.")
READ_ONLY = N_("Votre accès est en lecture seule : un administrateur de votre société peut déclarer un incident.")


@blueprint.get("/contrats/{number}")
async def show_contract(page: Page) -> Response:
    number = number_of(page)
    contract, declared = await asyncio.gather(
        contracts.get(page, number),
        or_unavailable(incidents.find(page, contract=number, limit=INCIDENTS_SHOWN)),
    )
    return await page.render(
        "contracts/contract.html",
        contract=contract,
        articles=articles_of(contract),
        incidents=declared,
        obstacle=obstacle(page, contract),
        share=_share_left(contract),
        today=clock.today(),
        timeline=_timeline(page, contract, declared.items if declared else []),
    )


@blueprint.get("/contrats/{number}/images/{serial:path}")
async def show_picture(page: Page) -> Response:
    """An article's picture; a drawing where the other site has none to give."""
    contract = await contracts.get(page, number_of(page))
    serial = page.request.path_params["serial"]
    url = next((one.picture_url for one in contract.articles if one.serial_number == serial), "")
    found = await PICTURES.get(url) if url else None
    if found is None:
        drawing = page.fragment("contracts/drawing.svg").body
        return Response(drawing, media_type="image/svg+xml", headers={**INERT, "Cache-Control": "private, max-age=600"})
    headers = {**INERT, "Cache-Control": "private, max-age=86400"}
    return Response(found.content, media_type=found.media_type, headers=headers)


def number_of(page: Page) -> str:
    """The contract that the address names; what could be none is missing like any other."""
    number = str(page.request.path_params["number"])
    if not NUMBER.fullmatch(number):
        raise ApiRefused(404, {})
    return number


def obstacle(page: Page, contract: Contract) -> str:
    """Why this person cannot declare an incident on this contract today; empty when nothing stands in the way."""
    state = contract.cover.state
    if state == "expired":
        return page.gettext(EXPIRED) % {"day": day(contract.warranty_ends_on)}
    if state == "credited":
        return page.gettext(CREDITED)
    if state == "upcoming":
        return page.gettext(UPCOMING) % {"day": day(contract.starts_on)}
    return "" if page.may(write=True) else page.gettext(READ_ONLY)


def articles_of(contract: Contract) -> list[Article]:
    """A contract without articles counts as one article of its own reference and serial."""
    reference = contract.product_reference
    history = contract.hardware.history if contract.hardware else []
    return contract.articles or [
        Article(
            designation=reference,
            product_reference=history[-1].replacement_reference if history else reference,
            serial_number=contract.serial_number,
            specification_url="",
            picture_url="",
            hardware=contract.hardware,
        )
    ]


def covered_articles(contract: Contract) -> list[Article]:
    """Without those that were paid back."""
    return [each for each in articles_of(contract) if not (each.hardware and each.hardware.credited)]


def _share_left(contract: Contract) -> int:
    """Days left of all days covered, in per cent."""
    covered = (contract.warranty_ends_on - contract.starts_on).days
    return min(100, round(100 * (contract.cover.days_left or 0) / max(1, covered)))


@dataclass(frozen=True)
class Moment:
    """A point of the time line; ``status`` and ``label`` are an incident's."""

    on: date
    kind: str
    title: str
    note: str = ""
    href: str = ""
    status: str = ""
    is_ahead: bool = False


def _timeline(page: Page, contract: Contract, declared: Sequence[IncidentRow]) -> list[Moment]:
    """Oldest first, up to the end of warranty, or to the day on which all that was covered was paid back."""
    _ = page.gettext
    is_ahead = contract.cover.state != "expired"
    end = Moment(contract.warranty_ends_on, "end", _("Fin de garantie"), is_ahead=is_ahead)
    hardware = [article.hardware for article in articles_of(contract) if article.hardware]
    moments = [
        Moment(contract.starts_on, "start", _("Début de la couverture")),
        Moment(day_of(contract.registered_at), "registered", _("Contrat enregistré")),
        *(_extended(page, extension) for extension in contract.extensions),
        *(_declared(page, incident) for incident in declared),
        *(_replaced(page, step) for each in hardware for step in each.history),
        *(
            _credited(page, article.serial_number, article.hardware.credited)
            for article in articles_of(contract)
            if article.hardware and article.hardware.credited
        ),
        *([] if contract.cover.state == "credited" else [end]),
    ]
    return sorted(moments, key=lambda moment: moment.on)


def _extended(page: Page, extension: Extension) -> Moment:
    title = page.gettext("Extension de %(months)s mois") % {"months": extension.months}
    return Moment(day_of(extension.ordered_at), "extended", title, note=extension.label)


def _replaced(page: Page, step: Replaced) -> Moment:
    names = {"serial": step.serial_number, "replacement": step.replaced_by}
    title = page.gettext("%(serial)s remplacé par %(replacement)s") % names
    href = f"/incidents/{step.incident_number}" if step.incident_number else ""
    return Moment(step.replaced_on, "replaced", title, href=href)


def _credited(page: Page, serial: str, step: Credited) -> Moment:
    title = page.gettext("%(serial)s repris contre un avoir") % {"serial": serial}
    href = f"/incidents/{step.incident_number}" if step.incident_number else ""
    return Moment(step.credited_on, "credited", title, href=href)


def _declared(page: Page, incident: IncidentRow) -> Moment:
    return Moment(
        day_of(incident.declared_at),
        "incident",
        page.gettext("Incident n° %(number)s") % {"number": incident.number},
        note=incident.status_label,
        href=f"/incidents/{incident.number}",
        status=incident.status,
    )

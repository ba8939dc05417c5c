"""What SQP's people want to know around an incident: cover, other incidents, overdue returns, telephone numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from api.coverage import Coverage
from api.incidents import Incident, IncidentPage, IncidentRow
from api.incidents.exchanges import ExchangePage
from portal.api_client import ApiRefused
from portal.page import Page
from portal.page_request import UNAVAILABLE, Away, or_unavailable
from portal.pages.incidents.base import blueprint, number_of
from portal.services import contracts, exchanges, incidents
from portal.translations import N_

# As many products are asked about one by one; a box of disks has more.
PRODUCTS = 6
# Open ones first; of each group so many.
SHOWN = 5


@dataclass(frozen=True)
class Group:
    """Incidents that share something with the one on the page; ``rows`` is None if the service did not answer."""

    title: str
    href: str
    rows: Sequence[IncidentRow] | None


@blueprint.get("/incidents/{number}/autour")
async def show_around(page: Page) -> Response:
    """For the side of the incident's page, which asks for it once it stands; without scripts a page of its own."""
    if not page.may("sqp"):
        raise ApiRefused(403, {"code": "forbidden"})
    incident = await incidents.get(page, number_of(page))
    cover, overdue, groups = await asyncio.gather(
        or_unavailable(_cover(page, incident)),
        or_unavailable(exchanges.find(page, stage="overdue", reseller_id=str(incident.reseller.id), limit=SHOWN)),
        _groups(page, incident),
    )
    context = _context(incident, cover, overdue, groups)
    if page.wants("around"):
        return page.fragment("incidents/around.html", context)
    return await page.render("incidents/around_page.html", context)


def _context(
    incident: Incident, cover: Sequence[Coverage] | Away, overdue: ExchangePage | Away, groups: Sequence[Group]
) -> dict[str, object]:
    is_away = UNAVAILABLE in (cover, overdue) or any(group.rows is None for group in groups)
    return {
        "incident": incident,
        "cover": cover or [],
        "overdue": overdue or None,
        "groups": [group for group in groups if group.rows],
        "is_away": is_away,
    }


async def _cover(page: Page, incident: Incident) -> Sequence[Coverage]:
    """Of the declared products, then of the units that stand in their place now."""
    serials = [article.serial_number for article in incident.articles[:PRODUCTS]]
    declared = await asyncio.gather(*(contracts.coverage(page, serial) for serial in serials))
    last = {one.history[-1].replaced_by for one in declared if one.history}
    in_service = [serial for serial in sorted(last) if serial not in serials]
    return [*declared, *await asyncio.gather(*(contracts.coverage(page, serial) for serial in in_service))]


async def _groups(page: Page, incident: Incident) -> Sequence[Group]:
    """An incident stands in the first group that it belongs to."""
    serials = [article.serial_number for article in incident.articles]
    contract, client = incident.contract.number, incident.client
    named = [
        (N_("Même n° de série"), f"/incidents?q={serials[0]}", _find(page, serial=serials[:50])),
        (N_("Même contrat"), f"/contrats/{contract}", _find(page, contract=contract)),
    ]
    if client:
        named.append((N_("Même client"), f"/clients/{client.id}", _find(page, client_id=str(client.id))))
    answers = await asyncio.gather(*(found for _, _, found in named))
    told = {incident.number}
    groups = []
    for (title, href, _), answer in zip(named, answers, strict=True):
        rows = [row for row in answer if row.number not in told] if answer is not None else None
        told |= {row.number for row in rows or ()}
        groups.append(Group(page.gettext(title), href, rows[:SHOWN] if rows is not None else None))
    return groups


async def _find(page: Page, **about: str | list[str]) -> Sequence[IncidentRow] | None:
    """Open ones, then the last of the others; None where the service is away."""
    asked = (or_unavailable(incidents.find(page, open=open_, limit=SHOWN + 1, **about)) for open_ in ("true", "false"))
    found: list[IncidentPage | Away] = await asyncio.gather(*asked)
    return None if UNAVAILABLE in found else [row for each in found if each for row in each.items]

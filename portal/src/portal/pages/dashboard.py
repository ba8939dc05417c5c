"""The dashboards of SQP and of resellers: figures, each of which leads to the list that has as many rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from api.incidents.figures import Age, Figures
from api.incidents.promises import PromiseState
from api.renewals import RenewalPage
from events.incidents import Status
from portal.charts import Chart, Figure
from portal.formats import month as month_of
from portal.page import Page
from portal.page_request import UNAVAILABLE, or_unavailable
from portal.pages.exchanges import STAGES
from portal.pages.incidents.narrowing import AGES, ANSWERS, STATUSES
from portal.pages.rights import refusal
from portal.router import Blueprint
from portal.services import figures, renewals
from portal.translations import N_

blueprint = Blueprint()

PATH = "/tableau-de-bord"
OPEN: Mapping[Status, str] = {state: STATUSES[state] for state in ("new", "in_diagnosis", "pending", "exchange")}
PROMISES: Mapping[PromiseState, str] = {
    "kept": N_("Tenues"),
    "missed": N_("Dépassées"),
    "paused": N_("Suspendues"),
    "running": N_("À tenir aujourd’hui"),
}
RENEWALS = {
    "open": N_("À proposer"),
    "proposed": N_("Proposés"),
    "ordered": N_("Gagnés"),
    "lost": N_("Perdus"),
}
# Stages of a return that the dashboard links to.
RETURNS = ("awaited", "overdue")


@blueprint.get(PATH)
async def show(page: Page) -> Response:
    if not page.may("sqp", "reseller"):
        raise refusal(page)
    of_incidents = or_unavailable(figures.all_of(page))
    if page.may("sqp"):
        found, ending = await of_incidents, None
    else:
        found, ending = await asyncio.gather(of_incidents, or_unavailable(renewals.find(page, limit=1)))
    charts = _of_incidents(page, found) if isinstance(found, Figures) else []
    return await page.render(
        "dashboard/page.html",
        charts=charts,
        incidents_away=found is UNAVAILABLE,
        renewals=_by_month(page, ending) if isinstance(ending, RenewalPage) else None,
        contracts_away=ending is UNAVAILABLE,
    )


def _of_incidents(page: Page, found: Figures) -> list[Chart]:
    charts = [_open(page, found), _exchanges(page, found)]
    unit = page.gettext("Incidents")
    if found.answers is not None:
        title = page.gettext("Première réponse, incidents déclarés depuis %(days)s jours") % {"days": found.days}
        answers = _counted(page, found.answers, ANSWERS, "answer", declared_within=found.days)
        charts.insert(1, Chart.simple("answers", title, page.gettext("Délai"), unit, answers))
    if found.promises is not None:
        title = page.gettext("Promesses d’envoi échues depuis %(days)s jours") % {"days": found.days}
        promises = _counted(page, found.promises, PROMISES, "promise", promised_within=found.days)
        charts.insert(2, Chart.simple("promises", title, page.gettext("Promesse"), unit, promises))
    return [*charts, _resellers(page, found)] if found.resellers else charts


def _counted(
    page: Page, counts: Mapping[Any, int], labels: Mapping[Any, str], asked: str, **narrowed: int
) -> dict[str, Figure]:
    """A figure for each label, which leads to the incidents that ``asked`` finds by its word."""
    return {
        page.gettext(label): Figure(counts.get(word, 0), _list("/incidents", **{asked: word}, **narrowed))
        for word, label in labels.items()
    }


def _open(page: Page, found: Figures) -> Chart:
    """By age and state."""
    known: dict[tuple[Age, Status], int] = {(each.age, each.status): each.count for each in found.open}
    rows = []
    for age, label in AGES.items():
        counted = [known.get((age, status), 0) for status in OPEN]
        own = [
            Figure(count, _list("/incidents", open="true", status=status, age=age))
            for status, count in zip(OPEN, counted, strict=True)
        ]
        rows.append((page.gettext(label), own, Figure(sum(counted), _list("/incidents", open="true", age=age))))
    totals = [
        Figure(sum(row[1][place].count for row in rows), _list("/incidents", open="true", status=status))
        for place, status in enumerate(OPEN)
    ]
    totals.append(Figure(sum(total.count for total in totals), _list("/incidents", open="true")))
    labels = [page.gettext(label) for label in OPEN.values()]
    title, axis = page.gettext("Incidents ouverts, par âge et état"), page.gettext("Déclarés")
    return Chart.of("open", title, axis, labels, rows, totals)


def _exchanges(page: Page, found: Figures) -> Chart:
    """All that goes on for SQP; for a reseller what it has to send back."""
    stages = [name for name in STAGES if name != "done"] if page.may("sqp") else RETURNS
    shown = {
        page.gettext(label): Figure(found.exchanges.get(name, 0), _list("/echanges", stage=name))
        for name, label in STAGES.items()
        if name in stages
    }
    title = page.gettext("Échanges, par étape") if page.may("sqp") else page.gettext("Retours attendus")
    return Chart.simple("exchanges", title, page.gettext("Étape"), page.gettext("Échanges"), shown)


def _resellers(page: Page, found: Figures) -> Chart:
    """Two figures that are not of one sum stand beside each other: bars are of open incidents alone."""
    rows = []
    for each in found.resellers or ():
        opened = Figure(each.open, _list("/incidents", open="true", reseller_id=each.reseller_id))
        overdue = Figure(each.overdue, _list("/echanges", stage="overdue", reseller_id=each.reseller_id))
        rows.append((each.name, [opened, overdue], opened))
    title = page.gettext("Revendeurs qui ont le plus d’incidents ouverts")
    series = [page.gettext("Incidents ouverts"), page.gettext("Retours en retard")]
    return Chart.of("resellers", title, page.gettext("Revendeur"), series, rows).beside()


def _by_month(page: Page, found: RenewalPage) -> Chart:
    rows = []
    for each in found.months:
        month = f"{each.month:%Y-%m}"
        own = [Figure(getattr(each, state), _list("/renouvellements", month=month, state=state)) for state in RENEWALS]
        whole = Figure(each.contracts, _list("/renouvellements", month=month))
        rows.append((month_of(each.month, page.language), own, whole))
    totals = [Figure(getattr(found.counts, state), _list("/renouvellements", state=state)) for state in RENEWALS]
    totals.append(Figure(sum(total.count for total in totals), "/renouvellements"))
    labels = [page.gettext(label) for label in RENEWALS.values()]
    title, axis = page.gettext("Contrats dont la garantie prend fin, par mois"), page.gettext("Mois")
    return Chart.of("renewals", title, axis, labels, rows, totals)


def _list(path: str, **narrowed: object) -> str:
    return f"{path}?{urlencode(narrowed)}"

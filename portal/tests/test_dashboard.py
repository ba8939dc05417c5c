"""Dashboards: whose they are, what they lead to, and what stands when a service is away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import BaseModel

from api.incidents.figures import Figures, OpenFigure, ResellerFigure
from api.notifications import NotificationPage
from api.renewals import Month, RenewalPage, StateCounts
from events import OrganisationKind
from portal.api_client import Body, Reply, ServiceUnavailable
from portal.charts import Chart, Figure
from web.auth.principal import Principal

OTHER = UUID("53bbd928-b0f6-5754-93c2-b12629de7e91")
OF_SQP = Figures(
    days=30,
    open=[OpenFigure(status="new", age="today", count=3), OpenFigure(status="exchange", age="older", count=6)],
    exchanges={"awaited": 4, "overdue": 2},
    answers={"hour": 5, "none": 3},
    promises={"kept": 10_001, "missed": 1},
    resellers=[ResellerFigure(reseller_id=OTHER, name="Revendeur <b>", open=9, overdue=2)],
)
OF_RESELLER = OF_SQP.model_copy(update={"answers": None, "promises": None, "resellers": None})
RENEWALS = RenewalPage(
    items=[],
    total=7,
    months=[Month(month=date(2026, 12, 1), contracts=7, open=3, ordered=4)],
    counts=StateCounts(open=3, ordered=4),
)
GONE = {"incidents": "Les chiffres des incidents", "renewals": "Les fins de garantie"}


class Services:
    """Stands for what is behind the gateway; ``away`` names what does not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.asked: list[str] = []
        self.kind: OrganisationKind = "sqp"

    async def call(self, kind: type[Body], method: str, path: str, **options: object) -> Reply[Body]:
        name = path.strip("/").split("/")[0]
        self.asked.append(path)
        if name in self.away:
            raise ServiceUnavailable
        figures = OF_SQP if self.kind == "sqp" else OF_RESELLER
        answers: Mapping[type[BaseModel], BaseModel] = {
            Figures: figures,
            RenewalPage: RENEWALS,
            NotificationPage: NotificationPage(items=[], total=0, unread_count=0),
        }
        answer = answers[kind]
        assert isinstance(answer, kind)
        return Reply(200, answer, '"1"')

    async def access_token(self, _: str) -> str:
        return "token"

    async def verify(self, _: str) -> Principal:
        return Principal(
            subject="u",
            user_id=uuid4(),
            organisation_id=uuid4(),
            organisation_kind=self.kind,
            role="basic",
            name="R",
        )


@pytest.fixture
def services() -> Services:
    return Services()


def links(page: httpx.Response) -> dict[str, int]:
    """The figure behind each address; two figures of one address are one."""
    found: dict[str, int] = {}
    for href, count in re.findall(r'<a href="([^"]+)" data-figure="(\d+)"', page.text):
        assert found.setdefault(href.replace("&amp;", "&"), int(count)) == int(count)
    return found


async def test_sqps_figures_lead_to_lists_of_the_same_words(services: Services, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/tableau-de-bord")
    found = links(page)
    expected = {
        "/incidents?open=true": 9,
        "/incidents?open=true&status=new&age=today": 3,
        "/incidents?open=true&status=pending&age=week": 0,
        "/incidents?open=true&age=older": 6,
        "/incidents?open=true&status=exchange": 6,
        "/incidents?answer=hour&declared_within=30": 5,
        "/incidents?promise=missed&promised_within=30": 1,
        "/echanges?stage=overdue": 2,
        f"/incidents?open=true&reseller_id={OTHER}": 9,
        f"/echanges?stage=overdue&reseller_id={OTHER}": 2,
    }
    assert {href: found.get(href) for href in expected} == expected
    assert "10\u00a0000+" in page.text or "10 000+" in page.text
    assert "Revendeur &lt;b&gt;" in page.text
    assert not [href for href in found if href.startswith("/renouvellements")]


async def test_a_resellers_figures_are_months_returns_and_what_is_open(
    services: Services, browser: httpx.AsyncClient
) -> None:
    services.kind = "reseller"
    found = links(await browser.get("/tableau-de-bord"))
    assert found["/renouvellements?month=2026-12"] == 7
    assert found["/renouvellements?month=2026-12&state=ordered"] == found["/renouvellements?state=ordered"] == 4
    assert found["/incidents?open=true"] == 9
    assert {href: count for href, count in found.items() if href.startswith("/echanges")} == {
        "/echanges?stage=awaited": 4,
        "/echanges?stage=overdue": 2,
    }
    assert not [href for href in found if "answer" in href or "promise" in href or "reseller_id" in href]


async def test_a_client_has_no_dashboard_and_no_way_to_one(services: Services, browser: httpx.AsyncClient) -> None:
    services.kind = "client"
    page = await browser.get("/tableau-de-bord")
    assert page.status_code == 403
    assert "/tableau-de-bord" not in page.text.replace('href="/tableau-de-bord">Recharger', "")
    assert not [path for path in services.asked if "figures" in path or "renewals" in path]


@pytest.mark.parametrize("away", [{"incidents"}, {"renewals"}, {"incidents", "renewals"}])
async def test_what_is_away_is_said_and_the_rest_stands(
    services: Services, browser: httpx.AsyncClient, away: set[str]
) -> None:
    services.kind, services.away = "reseller", away
    page = await browser.get("/tableau-de-bord")
    assert page.status_code == 200
    assert {name: words in page.text for name, words in GONE.items()} == {name: name in away for name in GONE}
    roots = {href.partition("?")[0] for href in links(page)}
    assert ("/renouvellements" in roots, "/incidents" in roots) == ("renewals" not in away, "incidents" not in away)


def test_bars_are_as_long_as_their_figures_and_nothing_divides_by_zero() -> None:
    rows = [("a", [Figure(1), Figure(3)], Figure(4)), ("b", [Figure(0), Figure(2)], Figure(2))]
    chart = Chart.of("c", "C", "A", ["x", "y"], rows)
    assert [[(each.series, each.x, each.width) for each in row.segments] for row in chart.rows] == [
        [(0, 0, 25), (1, 25, 75)],
        [(1, 0, 50)],
    ]
    empty = Chart.simple("c", "C", "A", "x", {"a": Figure(0)})
    assert [row.segments for row in empty.rows] == [[]]

"""The contract's page tells which units followed one another, and what is being exchanged."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel

from api.contracts import Article, Contract, Cover, Credited, Exchanging, Hardware, Party, Replaced
from api.incidents import Counts, IncidentPage
from api.notifications import NotificationPage
from portal.api_client import Body, Reply
from web.auth.principal import Principal

RESELLER = Principal(
    subject="u", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="reseller", role="administrator", name="R"
)


def replaced(serial: str, by: str, day: date, reference: str = "TS-131K") -> Replaced:
    return Replaced(
        serial_number=serial,
        product_reference="TS-131K",
        replaced_by=by,
        replacement_reference=reference,
        replaced_on=day,
        incident_number="26051801",
    )


HISTORY = [replaced("A1", "B1", date(2026, 5, 19)), replaced("B1", "C1", date(2026, 6, 2), "TS-133")]
GOING = Exchanging(incident_number="26070101", replacement_serial_number=None)


def covering(articles: list[Article], **changes: Any) -> Contract:
    return Contract(
        number="29962",
        version=1,
        product_reference="TS-131K-1TIW",
        serial_number="C1",
        reseller=Party(id=uuid4(), code="R", name="R", email="", phone=""),
        client=None,
        starts_on=date(2026, 1, 1),
        warranty_ends_on=date(2028, 1, 1),
        service_level="",
        registered_at=datetime(2026, 1, 1, tzinfo=UTC),
        cover=Cover(state="active", ends_on=date(2028, 1, 1), days_left=400, sentence=""),
        articles=articles,
        extensions=[],
        extension_offers=[],
        **changes,
    )


def article(serial: str, reference: str, hardware: Hardware | None) -> Article:
    return Article(
        designation=reference,
        product_reference=reference,
        serial_number=serial,
        specification_url="",
        picture_url="",
        hardware=hardware,
    )


class Services:
    """Stands for what is behind the gateway."""

    contract: Contract

    async def call(self, kind: type[Body], method: str, path: str, **_: Any) -> Reply[Body]:
        answers: dict[tuple[str, str], BaseModel] = {
            ("GET", "/contracts/29962"): self.contract,
            ("GET", "/incidents"): IncidentPage(items=[], total=0, counts=Counts(open=0, closed=0)),
            ("GET", "/notifications"): NotificationPage(items=[], total=0, unread_count=0),
        }
        answer = answers[method, path]
        assert isinstance(answer, kind)
        return Reply(200, answer, "")

    async def access_token(self, _: str) -> str:
        return "token"

    async def verify(self, _: str) -> Principal:
        return RESELLER


@pytest.fixture
def services() -> Services:
    return Services()


async def units(browser: httpx.AsyncClient, **headers: str) -> list[list[str]]:
    """The lines below each article."""
    page = (await browser.get("/contrats/29962", headers=headers)).text
    articles = re.search(r'<ul class="articles">.*?</section>', page, re.DOTALL)
    assert articles is not None
    shown = []
    for each in re.split(r'<div class="article-facts">', articles[0])[1:]:
        listed = re.search(r'<ul class="units">.*?</ul>', each, re.DOTALL)
        lines = re.findall(r"<li.*?</li>", listed[0], re.DOTALL) if listed else []
        shown.append([re.sub("<[^>]+>", "", line).replace("\u00a0", " ") for line in lines])
    return shown


async def test_each_article_tells_its_units_and_its_exchange(browser: httpx.AsyncClient, services: Services) -> None:
    nas = Hardware(registered_serial_number="A1", history=HISTORY, exchange=GOING)
    sent = Hardware(
        registered_serial_number="D1", exchange=GOING.model_copy(update={"replacement_serial_number": "E1"})
    )
    quiet = Hardware(registered_serial_number="F1")
    services.contract = covering([article("C1", "TS-133", nas), article("D1", "ST", sent), article("F1", "ST", quiet)])
    assert await units(browser) == [
        [
            "A1 remplacé par B1 le 19/05/2026 (incident n° 26051801)",
            "B1 remplacé par C1 (TS-133) le 02/06/2026 (incident n° 26051801)",
            "Protégé, échange en cours (incident n° 26070101)",
        ],
        ["Protégé, échange en cours : E1 a été envoyé (incident n° 26070101)"],
        [],
    ]
    assert await units(browser, **{"Accept-Language": "en"}) == [
        [
            "A1 replaced by B1 on 19/05/2026 (incident no. 26051801)",
            "B1 replaced by C1 (TS-133) on 02/06/2026 (incident no. 26051801)",
            "Protected, exchange in progress (incident no. 26070101)",
        ],
        ["Protected, exchange in progress: E1 has been sent (incident no. 26070101)"],
        [],
    ]


async def test_a_contract_without_articles_tells_of_its_own_product(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.contract = covering([], hardware=Hardware(registered_serial_number="A1", history=HISTORY))
    [lines] = await units(browser)
    assert [line.split(" le ")[0] for line in lines] == ["A1 remplacé par B1", "B1 remplacé par C1 (TS-133)"]
    page = (await browser.get("/contrats/29962")).text
    assert "<dd>TS-133</dd>" in page, "the reference of the unit that is covered now"
    course = re.search(r'<ol class="course">.*?</ol>', page, re.DOTALL)
    assert course is not None
    assert re.findall(r'<a href="/incidents/26051801">([^<]*)</a>', course[0]) == [
        "A1 remplacé par B1",
        "B1 remplacé par C1",
    ]


async def test_an_ended_contract_calls_no_unit_protected(browser: httpx.AsyncClient, services: Services) -> None:
    hardware = Hardware(registered_serial_number="C1", exchange=GOING)
    ended = covering([article("C1", "TS", hardware)])
    ended.cover.state = "expired"
    services.contract = ended
    assert await units(browser) == [["Échange en cours (incident n° 26070101)"]]


async def test_what_was_paid_back_is_neither_declared_nor_renewed(
    browser: httpx.AsyncClient, services: Services
) -> None:
    credited = Credited(incident_number="26051801", credited_on=date(2026, 5, 19))
    services.contract = covering([], hardware=Hardware(registered_serial_number="C1", credited=credited))
    services.contract.cover.state = "credited"
    page = (await browser.get("/contrats/29962")).text
    assert "repris contre un avoir\u00a0: un incident ne peut plus être déclaré" in page
    assert "/contrats/29962/declarer" not in page
    assert "/renouvellements/29962" not in page
    course = re.search(r'<ol class="course">.*?</ol>', page, re.DOTALL)
    assert course is not None
    assert "C1 repris contre un avoir" in course[0]
    assert "Fin de garantie" not in course[0]


async def test_a_contract_names_the_one_that_goes_on(browser: httpx.AsyncClient, services: Services) -> None:
    services.contract = covering([], followed_by="71002")
    assert '<a href="/contrats/71002">' in (await browser.get("/contrats/29962")).text

"""A service that is away costs its part of a page, not the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Literal
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import BaseModel

from api import contracts as contracts_api
from api import incidents as incidents_api
from api.contracts import ClientSummaries, ClientSummary, ContractPage, ContractRow
from api.coverage import Coverage
from api.identity.invitations import LookedAfter
from api.identity.organisations import Address, Client, Organisation, SignUpRequest
from api.identity.own_lists import ListView, OwnList
from api.incidents import IncidentPage, IncidentRow
from api.incidents.texts import TextPage
from api.notifications import NotificationPage, UnreadSubjects
from portal.api_client import Body, Reply, ServiceUnavailable
from web import clock
from web.auth.principal import Principal
from web.schemas import Page

CLIENT = Client(
    id=UUID("53bbd928-b0f6-5754-93c2-b12629de7e91"),
    kind="client",
    code="CLI-0001",
    name="Client Test",
    email="client_test@sqp.fr",
    phone="0123456789",
    reseller_id=uuid4(),
    reseller_name="Revendeur Test",
    portal_access=True,
    version=1,
)
CONTRACT = ContractRow(
    number="29962",
    product_reference="TS-131K-1TIW",
    serial_number="Q207B17555",
    client="Client Test",
    client_id=CLIENT.id,
    warranty_ends_on=date(2023, 12, 9),
    extensions=0,
    state="expired",
)
INCIDENT = IncidentRow(
    number="20122301",
    title="Problème avec mon NAS",
    contract_number="29962",
    product_reference="TS-131K-1TIW",
    serial_number="Q207B17555",
    serial_numbers=["Q207B17555"],
    reseller="Revendeur Test",
    client="Client Test",
    client_id=CLIENT.id,
    status="resolved",
    status_label="Résolu",
    declared_at=datetime(2020, 12, 23, tzinfo=UTC),
)
PERSON = LookedAfter(
    id=uuid4(),
    first_name="Cliente",
    last_name="Testeuse",
    login="t",
    role="basic",
    status="active",
    email="cliente@sqp.fr",
    phone="",
    email_undeliverable=False,
    invitation=None,
    invitation_expires_at=None,
)
ADDRESS = Address(
    id=uuid4(),
    organisation_id=CLIENT.id,
    label="Entrepôt",
    street="8 quai Rambaud",
    complement="",
    postal_code="69002",
    city="Lyon",
    country="FR",
    email="",
    phone="",
    primary=True,
    version=1,
)
ANSWERS: Mapping[str, BaseModel] = {
    "me": OwnList(views=[ListView(id=uuid4(), version=1, name="Fins proches", query="")], hidden=["client"]),
    "clients": Page[Client](items=[CLIENT], total=1),
    "resellers": Page[Organisation](items=[CLIENT], total=1),
    "contracts": ContractPage(items=[CONTRACT], total=1, counts=contracts_api.Counts(active=0, expiring=0, expired=1)),
    "incidents": IncidentPage(items=[INCIDENT], total=1, counts=incidents_api.Counts(open=0, closed=1)),
    "texts": TextPage(items=[], total=0),
    "addresses": Page[Address](items=[ADDRESS], total=1),
    "users": Page[LookedAfter](items=[PERSON], total=1),
    "client-summaries": ClientSummaries(items=[ClientSummary(client_id=CLIENT.id, contracts_in_force=1, contracts=4)]),
    "coverage": Coverage(
        serial_number="TEST", on=clock.today(), covered=False, reason="unknown_serial", sentence="Inconnu."
    ),
    "sign-up-requests": Page[SignUpRequest](items=[], total=0),
    "unread": UnreadSubjects(items=[]),
    "notifications": NotificationPage(items=[], total=0, unread_count=3),
}
MISSING = "Cette partie ne peut pas s’afficher pour l’instant."


class Services:
    """Stands for what is behind the gateway; ``away`` names the lists and things that do not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.kind: Literal["reseller", "sqp"] = "reseller"

    async def call(self, kind: type[Body], method: str, path: str, **options: object) -> Reply[Body]:
        segments = path.strip("/").split("/")
        name = segments[-1] if segments[-1] in ("users", "texts", "unread") else segments[0]
        if name in self.away:
            raise ServiceUnavailable
        is_one = name in ("clients", "resellers") and len(segments) > 1
        answer = CLIENT if is_one else ANSWERS[name]
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
            role="administrator",
            name="R",
        )


@pytest.fixture
def services() -> Services:
    return Services()


CLIENT_PAGE = f"/clients/{CLIENT.id}"
PARTS = {"contracts": "29962", "incidents": "20122301", "addresses": "8 quai Rambaud", "users": "Testeuse"}


@pytest.mark.parametrize("away", PARTS)
async def test_a_clients_page_lacks_the_part_that_is_away(
    services: Services, browser: httpx.AsyncClient, away: str
) -> None:
    services.away = {away}
    page = await browser.get(CLIENT_PAGE)
    assert page.status_code == 200
    assert page.text.count(MISSING) == 1
    assert {part: shown in page.text for part, shown in PARTS.items()} == {part: part != away for part in PARTS}


async def test_clients_are_listed_without_their_contracts(services: Services, browser: httpx.AsyncClient) -> None:
    assert "1 contrat activé" in (await browser.get("/clients")).text
    services.away = {"client-summaries", "sign-up-requests", "notifications"}
    page = await browser.get("/clients")
    assert (page.status_code, "Client Test" in page.text, "activé" in page.text) == (200, True, False)


@pytest.mark.parametrize("away", ["contracts", "incidents", "clients"])
async def test_a_search_shows_what_the_others_found(services: Services, browser: httpx.AsyncClient, away: str) -> None:
    services.away = {away}
    page = await browser.get("/recherche", params={"q": "test"})
    found = {"contracts": "/contrats/29962", "incidents": "/incidents/20122301", "clients": CLIENT_PAGE}
    assert page.status_code == 200
    assert page.text.count(MISSING) == 1
    assert {part: path in page.text for part, path in found.items()} == {part: part != away for part in found}


async def test_a_search_says_that_texts_are_away_and_suggestions_name_what_is(
    services: Services, browser: httpx.AsyncClient
) -> None:
    services.away = {"texts", "clients"}
    page = await browser.get("/recherche", params={"q": "test"})
    assert (page.status_code, page.text.count(MISSING)) == (200, 3)
    asked = {"hx-request": "true"}
    listed = await browser.get("/recherche/suggestions", params={"q": "test"}, headers=asked)
    assert "Ne répondent pas pour l’instant\u00a0: Messages, Fichiers, Clients" in listed.text
    assert "/incidents/20122301" in listed.text


@pytest.mark.parametrize("away", ["contracts", "clients"])
async def test_a_resellers_page_lacks_the_part_that_is_away(
    services: Services, browser: httpx.AsyncClient, away: str
) -> None:
    services.kind, services.away = "sqp", {away}
    page = await browser.get(f"/revendeurs/{CLIENT.reseller_id}")
    assert (page.status_code, page.text.count(MISSING)) == (200, 1)


async def test_the_bell_shows_no_count_while_notifications_are_away(
    services: Services, browser: httpx.AsyncClient
) -> None:
    assert '<span class="count" id="unread" aria-live="polite">3</span>' in (await browser.get("/clients")).text
    services.away = {"notifications"}
    assert '<span class="count" id="unread" aria-live="polite"></span>' in (await browser.get("/clients")).text


@pytest.mark.parametrize(
    ("away", "path"), [("clients", "/clients"), ("clients", CLIENT_PAGE), ("notifications", "/notifications")]
)
async def test_a_page_whose_very_subject_is_away_says_so_in_the_frame(
    services: Services, browser: httpx.AsyncClient, away: str, path: str
) -> None:
    services.away = {away}
    page = await browser.get(path)
    assert page.status_code == 503
    assert "Rien n’est perdu\u00a0: réessayez dans un instant." in page.text
    assert "Menu principal" in page.text


@pytest.mark.parametrize("path", ["/contrats", "/incidents"])
async def test_a_list_stands_without_its_views_and_shows_every_column(
    browser: httpx.AsyncClient, services: Services, path: str
) -> None:
    client_column = 'sort=client"'
    page = (await browser.get(path)).text
    assert "Fins proches" in page
    assert (client_column in page) is (path == "/incidents")
    services.away.add("me")
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert "Fins proches" not in answer.text
    assert client_column in answer.text

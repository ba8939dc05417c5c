"""A service that is away costs its part of a page, not the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from portal.api_client import Answer, ServiceUnavailable
from portal.pages import clients, notifications, resellers, search
from portal.router import Router
from web.auth.principal import Principal

ORIGIN = "http://localhost:8080"
CLIENT = {
    "id": "53bbd928-b0f6-5754-93c2-b12629de7e91",
    "code": "CLI-0001",
    "name": "Client Test",
    "email": "client_test@sqp.fr",
    "phone": "0123456789",
    "reseller_id": "34a35f96-120a-5316-a2ca-8113dcbda865",
    "reseller_name": "Revendeur Test",
    "portal_access": True,
}
CONTRACT = {
    "number": "29962",
    "product_reference": "TS-131K-1TIW",
    "serial_number": "Q207B17555",
    "client": "Client Test",
    "reseller": None,
    "warranty_ends_on": "2023-12-09",
    "state": "expired",
}
INCIDENT = {
    "number": "20122301",
    "title": "Problème avec mon NAS",
    "product_reference": "TS-131K-1TIW",
    "serial_number": "Q207B17555",
    "client": "Client Test",
    "status": "resolved",
    "status_label": "Résolu",
}
PERSON = {
    "id": str(uuid4()),
    "first_name": "Cliente",
    "last_name": "Testeuse",
    "login": "t",
    "role": "basic",
    "status": "active",
    "email": "cliente@sqp.fr",
    "email_undeliverable": False,
    "invitation": None,
}
ADDRESS = {
    "id": str(uuid4()),
    "label": "Entrepôt",
    "street": "8 quai Rambaud",
    "complement": "",
    "postal_code": "69002",
    "city": "Lyon",
    "country": "FR",
    "email": "",
    "phone": "",
    "primary": True,
}
MISSING = "Cette partie ne peut pas s’afficher pour l’instant."


def listed(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "total": len(items), "total_is": "exact", "next": None, "unread_count": 3}


class Services:
    """Stands for what is behind the gateway; ``away`` names the lists and things that do not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.kind: Literal["reseller", "sqp"] = "reseller"

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        segments = path.strip("/").split("/")
        name = segments[-1] if segments[-1] == "users" else segments[0]
        if name in self.away:
            raise ServiceUnavailable
        is_one = name in ("clients", "resellers") and len(segments) > 1
        return Answer(200, CLIENT if is_one else self._answers()[name], '"1"')

    def _answers(self) -> dict[str, Any]:
        return {
            "clients": listed(CLIENT),
            "resellers": listed(CLIENT),
            "contracts": listed(CONTRACT),
            "incidents": listed(INCIDENT),
            "addresses": listed(ADDRESS),
            "users": listed(PERSON),
            "client-summaries": {"items": [{"client_id": CLIENT["id"], "contracts_in_force": 1, "contracts": 4}]},
            "coverage": {"reason": "unknown_serial"},
            "sign-up-requests": listed(),
            "notifications": listed(),
        }

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


@pytest.fixture
async def http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    site = Router(services, services, services, ORIGIN)  # type: ignore[arg-type]
    app = Starlette(
        routes=site.routes(clients.blueprint, resellers.blueprint, notifications.blueprint, search.blueprint)
    )
    headers = {"Cookie": "__Host-session=s", "Accept-Language": "fr"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN, headers=headers) as client:
        yield client


CLIENT_PAGE = f"/clients/{CLIENT['id']}"
PARTS = {"contracts": "29962", "incidents": "20122301", "addresses": "8 quai Rambaud", "users": "Testeuse"}


@pytest.mark.parametrize("away", PARTS)
async def test_a_clients_page_lacks_the_part_that_is_away(
    services: Services, http: httpx.AsyncClient, away: str
) -> None:
    services.away = {away}
    page = await http.get(CLIENT_PAGE)
    assert page.status_code == 200
    assert page.text.count(MISSING) == 1
    assert {part: shown in page.text for part, shown in PARTS.items()} == {part: part != away for part in PARTS}


async def test_clients_are_listed_without_their_contracts(services: Services, http: httpx.AsyncClient) -> None:
    assert "1 contrat activé" in (await http.get("/clients")).text
    services.away = {"client-summaries", "sign-up-requests", "notifications"}
    page = await http.get("/clients")
    assert (page.status_code, "Client Test" in page.text, "activé" in page.text) == (200, True, False)


@pytest.mark.parametrize("away", ["contracts", "incidents", "clients"])
async def test_a_search_shows_what_the_others_found(services: Services, http: httpx.AsyncClient, away: str) -> None:
    services.away = {away}
    page = await http.get("/recherche", params={"q": "test"})
    found = {"contracts": "/contrats/29962", "incidents": "/incidents/20122301", "clients": CLIENT_PAGE}
    assert page.status_code == 200
    assert page.text.count(MISSING) == 1
    assert {part: path in page.text for part, path in found.items()} == {part: part != away for part in found}


@pytest.mark.parametrize("away", ["contracts", "clients"])
async def test_a_resellers_page_lacks_the_part_that_is_away(
    services: Services, http: httpx.AsyncClient, away: str
) -> None:
    services.kind, services.away = "sqp", {away}
    page = await http.get(f"/revendeurs/{CLIENT['reseller_id']}")
    assert (page.status_code, page.text.count(MISSING)) == (200, 1)


async def test_the_bell_shows_no_count_while_notifications_are_away(
    services: Services, http: httpx.AsyncClient
) -> None:
    assert '<span class="count" id="unread" aria-live="polite">3</span>' in (await http.get("/clients")).text
    services.away = {"notifications"}
    assert '<span class="count" id="unread" aria-live="polite"></span>' in (await http.get("/clients")).text


@pytest.mark.parametrize(
    ("away", "path"), [("clients", "/clients"), ("clients", CLIENT_PAGE), ("notifications", "/notifications")]
)
async def test_a_page_whose_very_subject_is_away_says_so_in_the_frame(
    services: Services, http: httpx.AsyncClient, away: str, path: str
) -> None:
    services.away = {away}
    page = await http.get(path)
    assert page.status_code == 503
    assert "Rien n’est perdu\u00a0: réessayez dans un instant." in page.text
    assert "Menu principal" in page.text

"""What stands around an incident, for SQP: cover, other incidents, overdue returns, contacts."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from starlette.types import Receive, Scope, Send

from api.incidents import IncidentPage
from devkit.exchange_samples import AT, NUMBER
from devkit.fake_upstream import Upstream, answer

AROUND = f"/incidents/{NUMBER}/autour"
SERIAL, CONTRACT, CLIENT = ("26051801", "26051802", "26051803")


def row(number: str, status: str = "new") -> dict[str, Any]:
    return {
        "number": number, "title": f"Titre {number}", "contract_number": "29962", "product_reference": "TS-131K",
        "serial_number": "Q207B17555", "serial_numbers": ["Q207B17555"], "reseller": "R", "client": "C",
        "client_id": str(uuid4()), "status": status, "status_label": status, "declared_at": AT.isoformat(),
    }  # fmt: skip


async def related(scope: Scope, receive: Receive, send: Send) -> None:
    """By serial one and the incident itself, by contract both and another, by client one more; all open."""
    asked = parse_qs(scope["query_string"].decode())
    found: list[str] = []
    if asked["open"] == ["true"]:
        by_contract = [NUMBER, SERIAL, CONTRACT] if "contract" in asked else [NUMBER, CLIENT]
        found = [NUMBER, SERIAL] if "serial" in asked else by_contract
    page = {"items": [row(each) for each in found], "total": len(found), "counts": {"open": 0, "closed": 0}}
    await answer(IncidentPage.model_validate(page).model_dump(mode="json"))(scope, receive, send)


@pytest.fixture
def around(desk: Any, upstream: Upstream) -> Any:
    desk.log_in("sqp")
    upstream.handlers["/api/v1/incidents"] = related
    upstream.handlers["/api/v1/exchanges"] = answer({"items": [], "total": 0, "counts": {}})
    covered = {"serial_number": "Q207B17555", "on": "2026-05-19", "covered": True, "sentence": "Sous garantie."}
    upstream.handlers["/api/v1/coverage"] = answer(covered)
    return desk


async def test_an_incident_stands_in_the_first_group_that_it_belongs_to(around: Any) -> None:
    page = await around.get(AROUND)
    titles = [page.index(title) for title in ("Même n° de série", "Même contrat", "Même client")]
    places = [page.index(f">{number}</a>") for number in (SERIAL, CONTRACT, CLIENT)]
    assert titles == sorted(titles)
    assert [left < right for left, right in zip(titles, places, strict=True)] == [True] * 3
    assert [page.count(f">{number}</a>") for number in (SERIAL, CONTRACT, CLIENT, NUMBER)] == [1, 1, 1, 0]


async def test_cover_and_contacts_are_told(around: Any) -> None:
    page = await around.get(AROUND)
    for said in ("Sous garantie.", "Revendeur Test", "Client Test", "01 23 45 67 89"):
        assert said in page


async def test_the_cover_of_the_unit_in_service_is_told_too(around: Any, upstream: Upstream) -> None:
    async def coverage(scope: Scope, receive: Receive, send: Send) -> None:
        (serial,) = parse_qs(scope["query_string"].decode())["serial"]
        step = {
            "serial_number": "Q207B17555", "product_reference": "TS-131K", "replaced_by": "Q251I02233",
            "replacement_reference": "TS-131K", "replaced_on": "2026-05-20", "incident_number": NUMBER,
        }  # fmt: skip
        told = {"serial_number": serial, "on": "2026-05-21", "covered": serial != "Q207B17555", "history": [step]}
        await answer({**told, "sentence": f"Réponse pour {serial}."})(scope, receive, send)

    upstream.handlers["/api/v1/coverage"] = coverage
    page = await around.get(AROUND)
    assert [page.count(f"Réponse pour {serial}.") for serial in ("Q207B17555", "Q251I02233")] == [1, 1]


@pytest.mark.parametrize("path", ["/api/v1/coverage", "/api/v1/exchanges", "/api/v1/incidents"])
async def test_a_service_that_is_away_costs_its_part_only(around: Any, upstream: Upstream, path: str) -> None:
    upstream.handlers[path] = answer({"title": "Indisponible", "code": "unavailable"}, 503)
    page = await around.get(AROUND)
    assert "Une partie ne peut pas s’afficher" in page
    assert "Contacts" in page


@pytest.mark.parametrize("kind", ["reseller", "client"])
async def test_what_stands_around_is_for_sqp(around: Any, kind: str) -> None:
    around.log_in(kind)
    await around.get(AROUND, status=403)
    assert "Autour de l’incident" not in await around.get(f"/incidents/{NUMBER}")

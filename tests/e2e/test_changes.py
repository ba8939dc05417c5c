"""An ERP follows contracts and incidents through the gateway, by number alone."""

from __future__ import annotations

from typing import Any

import pytest

from devstack.testing.world import World, contracts, declared

pytestmark = pytest.mark.e2e


async def follow(world: World, feed: str, after: int) -> list[tuple[str, str]]:
    """What happened since, page by page."""
    found: list[tuple[str, str]] = []
    more, last = True, after
    while more:
        page: Any = await world.office.get(f"/backoffice/{feed}/changes", after=last, limit=2)
        found += [(each["kind"], each["number"]) for each in page["items"]]
        assert [each["sequence"] for each in page["items"]] == list(range(last + 1, page["last"] + 1))
        more, last = page["more"], page["last"]
    return found


async def test_an_erp_follows_contracts_and_incidents_by_number(world: World) -> None:
    start = {
        feed: (await world.office.get(f"/backoffice/{feed}/changes"))["last"] for feed in ("contracts", "incidents")
    }
    contract = f"{world.mark}-ERP"
    body = {**contracts(world)[world.contract], "serial_number": f"ERP{world.mark}", "articles": []}
    await world.office.put(f"/backoffice/contracts/{contract}", body)
    await world.office.put(f"/backoffice/contracts/{contract}", {**body, "service_level": "Envoi express J+1"})
    number = await declared(world)
    await world.reseller.post(f"/incidents/{number}/messages?thread=client", {"body": "Entre nous."})
    await world.reseller.post(f"/incidents/{number}/messages?thread=sqp", {"body": "Pour SQP."})
    of_contract = [kind for kind, of in await follow(world, "contracts", start["contracts"]) if of == contract]
    of_incident = [kind for kind, of in await follow(world, "incidents", start["incidents"]) if of == number]
    assert of_contract == ["contract.registered", "contract.changed"]
    assert of_incident == ["incident.declared", "incident.message_posted"]

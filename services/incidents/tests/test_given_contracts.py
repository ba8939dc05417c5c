"""Incidents of a contract that had no client are its client's once it has one."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_CLIENT, RESELLER
from events import organisation_id
from events.incidents import IncidentClientGiven


async def test_incidents_go_with_the_contract_that_is_given_to_a_client(open_desk: Any) -> None:
    await open_desk.register(number="3", product_reference="BTO", serial_number="KIT-3", client=None, articles=[])
    number = await open_desk.declare(contract_number="3", serial_numbers=["KIT-3"])
    before = await open_desk.incident(number)
    assert before["client"] is None
    client = open_desk.party("client", "CLI-0001", "Client Test")
    await open_desk.register(
        number="3", product_reference="BTO", serial_number="KIT-3", client=client, articles=[], version=2
    )
    after = await open_desk.incident(number)
    assert (after["client"]["name"], after["version"]) == ("Client Test", before["version"] + 1)
    seen = (await open_desk.as_(CLIENT).get(f"/incidents/{number}")).json()
    assert seen["threads"] == ["client"]
    [told] = await open_desk.harness.told(IncidentClientGiven)
    assert (told.number, told.client_id, told.client_name) == (number, CLIENT.organisation_id, "Client Test")
    for who, q, found in ((RESELLER, "client test", 1), (CLIENT, "", 1), (OTHER_CLIENT, "", 0)):
        listed = await open_desk.as_(who).get("/incidents", params={"q": q, "contract": "3"})
        assert listed.json()["total"] == found


async def test_incidents_of_another_client_stay_its_own(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.register(client=open_desk.party("client", "CLI-0002", "Un autre"), version=2)
    assert (await open_desk.incident(number))["client"]["id"] == str(CLIENT.organisation_id)
    assert await open_desk.harness.told(IncidentClientGiven) == []


@pytest.mark.parametrize("is_declared_first", [True, False])
async def test_a_client_that_two_resellers_named_at_once_reads_nothing_of_the_one_whose_it_is_not(
    open_desk: Any, is_declared_first: bool
) -> None:
    """Contracts hears later than incidents that the client is another reseller's."""
    number = await open_desk.declare() if is_declared_first else ""
    other = organisation_id("reseller", "REV-0002")
    await open_desk.organisation("client", "CLI-0001", "Client de l’autre", reseller_id=other)
    number = number or await open_desk.declare()
    assert (await open_desk.incident(number))["client"] is None
    assert (await open_desk.as_(CLIENT).get(f"/incidents/{number}")).status_code == 404
    for path in ("/incidents", "/incidents/texts?q=neutre"):
        assert (await open_desk.as_(CLIENT).get(path)).json()["items"] == []
    told = await open_desk.harness.told(IncidentClientGiven)
    assert [(each.number, each.client_id) for each in told] == ([(number, None)] if is_declared_first else [])

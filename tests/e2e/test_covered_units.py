"""Cover follows the hardware through the services: an exchange in incidents, cover in contracts, then declarations."""

from __future__ import annotations

from typing import Any

import pytest

from demonstration.caller import Refused, eventually
from devstack.testing.world import World, contracts, declaration, declared

pytestmark = pytest.mark.e2e


async def test_after_an_exchange_the_replacement_is_covered_and_declared_on(world: World) -> None:
    contract, first, second = f"{world.mark}-RMA", f"RMA{world.mark}A", f"RMA{world.mark}B"
    body = {**contracts(world)[world.contract], "serial_number": first, "articles": []}
    await world.office.put(f"/backoffice/contracts/{contract}", body)
    number = await declared(world, contract_number=contract, serial_numbers=[first])
    wanted = {"serial_number": first, "approve": True, "type": "advance_exchange"}
    await world.support.post(f"/incidents/{number}/exchanges", wanted)
    await covers(world, first, "exchange_in_progress")
    line = (await world.support.get(f"/incidents/{number}/exchanges"))["items"][0]
    reserve = {"step": "reserve", "serial_number": second}
    steps = f"/incidents/{number}/exchanges/{line['line']}/steps"
    await world.support.post(steps, reserve, if_match=f'"{line["version"]}"')
    parcel = {"lines": [1], "carrier": "chronopost", "tracking_number": "XY123456785FR", "shipped": True}
    sent = await world.support.post(f"/incidents/{number}/shipments", parcel)
    await covers(world, second, "not_delivered")
    await world.support.post(f"/shipments/{sent['id']}/news", {"state": "delivered"})

    left = await covers(world, first, "replaced")
    assert (left["covered"], left["replaced_by"], left["incident_number"]) == (False, second, number)
    assert (await covers(world, second, None))["covered"] is True
    await world.office.put(f"/backoffice/contracts/{contract}", body)
    assert (await covers(world, second, None))["contract_number"] == contract

    await declared(world, contract_number=contract, serial_numbers=[second])
    with pytest.raises(Refused) as refused:
        await world.reseller.post("/incidents", declaration(world, contract_number=contract, serial_numbers=[first]))
    assert refused.value.problem["code"] == "serial_replaced"


async def covers(world: World, serial: str, reason: str | None) -> Any:
    """The reseller's coverage answer, once it gives this reason."""

    async def asked() -> Any:
        answer = await world.reseller.get("/coverage", serial=serial)
        return answer if answer["reason"] == reason else None

    return await eventually(asked, what=f"{serial}: {reason}")

"""Exchanges as a back office plays them by API alone, and what contracts, reseller and client see of them."""

from __future__ import annotations

from typing import Any

import pytest

from demonstration.caller import Refused, eventually
from devstack.testing.exchange import Exchange
from devstack.testing.world import World, contracts, declaration, declared

pytestmark = pytest.mark.e2e


@pytest.fixture
async def exchange(world: World) -> Exchange:
    return await Exchange(world).begin()


async def test_an_exchange_in_advance_to_its_end(exchange: Exchange) -> None:
    await exchange.approve()
    await exchange.deliver("B")
    assert (await exchange.line())["cover"] == "replaced"
    gone = await exchange.covered("A", expected=False)
    assert exchange.serial("B") in gone["sentence"]
    assert (await exchange.covered("B", expected=True))["contract_number"] == exchange.mark
    await exchange.step("receive", serial_number=exchange.serial("A"))
    await exchange.step("inspect", outcome="as_expected")
    await exchange.step("close")
    steps = [fact["step"] for fact in (await exchange.line(by=exchange.world.client))["timeline"]]
    assert steps[-1] == "closed"
    assert len(steps) == len(set(steps))


async def test_what_replaced_is_declared_and_what_was_replaced_is_not(exchange: Exchange) -> None:
    await exchange.approve()
    await exchange.deliver("B")
    await exchange.covered("B", expected=True)

    def wanted(letter: str) -> Any:
        return {"contract_number": exchange.mark, "serial_numbers": [exchange.serial(letter)], "title": f"Sur {letter}"}

    assert await declared(exchange.world, **wanted("B"))
    with pytest.raises(Refused) as caught:
        await exchange.world.reseller.post("/incidents", declaration(exchange.world, **wanted("A")))
    assert caught.value.status == 409


async def test_a_dead_replacement_and_the_chain_of_covers(exchange: Exchange) -> None:
    await exchange.approve()
    await exchange.deliver("B")
    await exchange.step("replacement_dead", note="Aucune LED")
    await exchange.deliver("C", 2)
    await exchange.covered("C", expected=True)
    await exchange.covered("B", expected=False)
    await exchange.covered("A", expected=False)
    assert (await exchange.line(2))["origin_line"] == 1


async def test_a_reversal_brings_the_cover_back(exchange: Exchange) -> None:
    await exchange.approve()
    await exchange.deliver("B")
    await exchange.covered("B", expected=True)
    await exchange.step("reverse", reason="fault_gone")
    await exchange.covered("A", expected=True)
    await exchange.covered("B", expected=False)
    await exchange.step("receive_replacement")
    await exchange.step("close")


async def test_registering_the_contract_again_undoes_no_exchange(exchange: Exchange) -> None:
    await exchange.approve()
    await exchange.deliver("B")
    await exchange.covered("B", expected=True)
    body = {**contracts(exchange.world)[exchange.world.contract], "serial_number": exchange.serial("A"), "articles": []}
    await exchange.world.office.put(f"/backoffice/contracts/{exchange.mark}", {**body, "service_level": "Autre"})
    await exchange.covered("B", expected=True)
    await exchange.covered("A", expected=False)


async def test_a_program_follows_an_exchange_by_number(exchange: Exchange) -> None:
    last = (await exchange.world.office.get("/backoffice/incidents/changes"))["last"]
    await exchange.approve()
    await exchange.deliver("B")

    async def told() -> list[str] | None:
        found = await exchange.world.office.get("/backoffice/incidents/changes", after=last, limit=1000)
        kinds = [each["kind"] for each in found["items"] if each["number"] == exchange.number]
        return kinds if "exchange.delivered" in kinds else None

    kinds = await eventually(told, what="the delivery in the feed")
    assert kinds.count("exchange.delivered") == 1
    assert [kind for kind in kinds if kind.startswith("exchange.")][:3] == [
        "exchange.requested",
        "exchange.approved",
        "exchange.reserved",
    ]


async def test_reseller_and_client_are_told_that_the_replacement_left(exchange: Exchange) -> None:
    await exchange.approve()
    await exchange.deliver("B")

    async def mailed() -> bool | None:
        for who in ("reseller", "client"):
            mails = await exchange.world.stack.mailed(exchange.world.address(who))
            if not any(exchange.number in text and exchange.serial("B") in text for _, text in mails):
                return None
        return True

    await eventually(mailed, what="the mails about the parcel")

"""Cover follows the hardware: what is answered of a unit while it is exchanged, and after."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_CLIENT, OTHER_RESELLER, RESELLER, SQP, Harness
from events.contracts import ContractChanged


async def test_while_it_is_exchanged_a_unit_is_covered_and_the_answer_says_so(
    harness: Harness, desk: Any, kit: None
) -> None:
    await harness.deliver(desk.going("x", "A-1", None, 2))
    end = f"{desk.TODAY + timedelta(days=300):%d/%m/%Y}"
    answer = await desk.get("/coverage", serial="a1")
    assert (answer["covered"], answer["reason"], answer["incident_number"]) == (
        True,
        "exchange_in_progress",
        "26051801",
    )
    assert answer["sentence"] == f"Votre matériel est protégé jusqu’au {end}. Son échange est en cours."
    await harness.deliver(desk.going("x", "A-1", "B1", 3, step="reserved"))
    assert await desk.covered("A-1", "B1") == {
        "A-1": (True, "exchange_in_progress"),
        "B1": (False, "unknown_serial"),
    }
    await harness.deliver(desk.going("x", "A-1", "B1", 4, step="shipped", dispatch="shipped"))
    sent = await desk.get("/coverage", serial="A-1", language="en")
    assert sent["sentence"] == (
        f"Your equipment is protected until {end}. Its exchange is in progress: B1 has been sent."
    )
    awaited = await desk.get("/coverage", serial="B1")
    assert (awaited["covered"], awaited["reason"], awaited["contract_number"]) == (False, "not_delivered", "1")
    assert awaited["sentence"] == "Le matériel B1 remplacera A-1 à sa livraison\u00a0: A-1 reste protégé jusque-là."


async def test_once_delivered_the_replacement_has_the_cover_and_the_first_unit_none(
    harness: Harness, desk: Any, kit: None
) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    answer = await desk.get("/coverage", serial="A-1")
    assert (answer["covered"], answer["reason"], answer["replaced_by"]) == (False, "replaced", "B1")
    assert answer["sentence"] == f"Le matériel A-1 a été remplacé par B1 le {desk.DELIVERED:%d/%m/%Y}."
    english = await desk.get("/coverage", serial="A-1", language="en")
    assert english["sentence"] == f"Equipment A-1 was replaced by B1 on {desk.DELIVERED:%d/%m/%Y}."
    heir = await desk.get("/coverage", serial="B1")
    assert (heir["covered"], heir["reason"], heir["contract_number"]) == (True, None, "1")
    assert heir["history"] == [
        {
            "serial_number": "A-1",
            "product_reference": "TS-131K",
            "replaced_by": "B1",
            "replacement_reference": "TS-131K",
            "replaced_on": desk.DELIVERED.isoformat(),
            "incident_number": "26051801",
        }
    ]
    assert await desk.covered("D1") == {"D1": (True, None)}


async def test_on_days_before_the_delivery_it_is_the_first_unit_that_was_covered(
    harness: Harness, desk: Any, kit: None
) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    before = {"A-1": (True, None), "B1": (False, "not_started")}
    after = {"A-1": (False, "replaced"), "B1": (True, None)}
    assert await desk.covered("A-1", "B1", on=desk.DELIVERED - timedelta(days=1)) == before
    assert await desk.covered("A-1", "B1", on=desk.DELIVERED) == after
    too_early = await desk.get("/coverage", serial="B1", on=(desk.DELIVERED - timedelta(days=1)).isoformat())
    assert too_early["sentence"] == (
        f"Le matériel B1 n’est protégé qu’à partir du {desk.DELIVERED:%d/%m/%Y}, à la place de A-1."
    )


async def test_days_before_today_know_of_no_exchange_under_way(harness: Harness, desk: Any, kit: None) -> None:
    """Since when it has been going is not told."""
    await harness.deliver(desk.going("x", "A-1", None, 2))
    assert await desk.covered("A-1", on=desk.TODAY - timedelta(days=1)) == {"A-1": (True, None)}


async def test_a_reversed_exchange_gives_the_cover_back(harness: Harness, desk: Any, kit: None) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    await harness.deliver(desk.exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert await desk.covered("A-1", "B1") == {"A-1": (True, None), "B1": (False, "returned")}
    assert await desk.covered("A-1", on=desk.DELIVERED) == {"A-1": (True, None)}, "as if there had been no exchange"
    answer = await desk.get("/coverage", serial="B1")
    assert answer["sentence"] == "L’échange de A-1 par B1 a été annulé\u00a0: A-1 est de nouveau protégé."
    contract = await desk.get("/contracts/1")
    assert (contract["serial_number"], contract["hardware"]["history"]) == ("A-1", [])
    # The same unit may be sent once more.
    await harness.deliver(desk.exchange("y", "A-1", "B1", 9, number="26060101", replaced_on=desk.TODAY))
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}


async def test_a_cancelled_exchange_leaves_everything_as_it_was(harness: Harness, desk: Any, kit: None) -> None:
    await harness.deliver(desk.going("x", "A-1", "B1", 4, step="shipped", dispatch="shipped"))
    await harness.deliver(desk.going("x", "A-1", "B1", 5, step="recalled", dispatch="failed", cover="unchanged"))
    assert await desk.covered("A-1", "B1") == {"A-1": (True, None), "B1": (False, "unknown_serial")}
    assert (await desk.get("/contracts", q="B1"))["total"] == 0
    [*_, last] = await harness.told(ContractChanged)
    assert last.cover_moved is not None
    assert last.cover_moved.step == "returned"


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3])
async def test_a_chain_is_the_same_in_whatever_order_and_however_often_it_is_told(
    harness: Harness, desk: Any, kit: None, order: tuple[int, ...]
) -> None:
    for index in (*order, *order):
        await harness.deliver(desk.CHAIN[index])
    contract = await desk.get("/contracts/1")
    assert contract["serial_number"] == "C1"
    nas, disk = contract["articles"]
    assert (nas["serial_number"], nas["product_reference"], nas["hardware"]["exchange"]) == ("C1", "TS-133", None)
    steps = [(step["serial_number"], step["replaced_by"]) for step in nas["hardware"]["history"]]
    assert steps == [("A-1", "B1"), ("B1", "C1")]
    assert nas["hardware"]["registered_serial_number"] == "A-1"
    assert (disk["serial_number"], disk["hardware"]["history"]) == ("D1", [])
    expected = {"A-1": (False, "replaced"), "B1": (False, "replaced"), "C1": (True, None)}
    assert await desk.covered("A-1", "B1", "C1") == expected
    yesterday = {"A-1": (False, "replaced"), "B1": (True, None), "C1": (False, "not_started")}
    assert await desk.covered("A-1", "B1", "C1", on=desk.TODAY - timedelta(days=1)) == yesterday
    [*_, last] = await harness.told(ContractChanged)
    assert [article.serial_number for article in last.articles] == ["C1", "D1"]
    assert sorted(last.former_serial_numbers) == ["A-1", "B1"]


async def test_a_repaired_unit_may_come_back_as_the_replacement_of_its_own(
    harness: Harness, desk: Any, kit: None
) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 4, replaced_on=desk.DELIVERED))
    await harness.deliver(desk.exchange("y", "B1", "A-1", 4, number="26060101", replaced_on=desk.TODAY))
    assert await desk.covered("A-1", "B1") == {"A-1": (True, None), "B1": (False, "replaced")}
    assert await desk.covered("A-1", "B1", on=desk.DELIVERED) == {"A-1": (False, "replaced"), "B1": (True, None)}
    [*_, last] = await harness.told(ContractChanged)
    assert last.former_serial_numbers == ["B1"]


async def test_an_ended_contract_stays_ended(harness: Harness, desk: Any, register: Any) -> None:
    await register("1", ends_in=-1, serial_number="A-1")
    await harness.deliver(desk.going("x", "A-1", "B1", 3, step="shipped", dispatch="shipped"))
    ended = f"{desk.TODAY - timedelta(days=1):%d/%m/%Y}"
    answer = await desk.get("/coverage", serial="A-1")
    assert (answer["covered"], answer["reason"]) == (False, "expired")
    assert answer["sentence"] == (
        f"Votre matériel n’est plus protégé depuis le {ended}. L’échange en cours va à son terme."
    )
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "expired"), "B1": (False, "expired")}
    assert (await desk.get("/contracts/1"))["warranty_ends_on"] == (desk.TODAY - timedelta(days=1)).isoformat()


@pytest.mark.parametrize("principal", [OTHER_RESELLER, OTHER_CLIENT])
async def test_other_organisations_learn_nothing_of_an_exchange(
    harness: Harness, desk: Any, kit: None, principal: Any
) -> None:
    for event in desk.CHAIN:
        await harness.deliver(event)
    for serial in ("A-1", "B1", "C1"):
        answer = await desk.get("/coverage", principal, serial=serial)
        assert (answer["reason"], answer["contract_number"], answer["history"]) == ("unknown_serial", None, [])
        assert (await desk.get("/contracts", principal, q=serial))["total"] == 0


@pytest.mark.parametrize("principal", [RESELLER, CLIENT, SQP])
async def test_the_parties_of_the_contract_learn_the_same(
    harness: Harness, desk: Any, kit: None, principal: Any
) -> None:
    for event in desk.CHAIN:
        await harness.deliver(event)
    assert (await desk.get("/coverage", principal, serial="C1"))["covered"] is True
    assert len((await desk.get("/contracts/1", principal))["articles"][0]["hardware"]["history"]) == 2


async def test_a_client_that_gets_the_contract_is_not_told_the_former_clients_incident(
    harness: Harness, desk: Any, register: Any
) -> None:
    await register("1", serial_number="A-1", articles=[desk.NAS, desk.DISK])
    for event in desk.CHAIN:
        await harness.deliver(event)
    await harness.deliver(desk.going("z", "C1", None, 11, line=3))
    await register("1", serial_number="C1", articles=[desk.NAS | {"serial_number": "C1"}, desk.DISK], client="CLI-0002")
    for principal, number in ((RESELLER, "26051801"), (SQP, "26051801"), (OTHER_CLIENT, None)):
        [unit, _] = (await desk.get("/contracts/1", principal))["articles"]
        told = [step["incident_number"] for step in unit["hardware"]["history"]]
        told.append(unit["hardware"]["exchange"]["incident_number"])
        covered = await desk.get("/coverage", principal, serial="C1")
        told += [covered["incident_number"], *(step["incident_number"] for step in covered["history"])]
        assert told == [number] * 6


async def test_the_incident_of_a_contract_that_had_no_client_goes_along_with_it(
    harness: Harness, desk: Any, register: Any
) -> None:
    await register("1", client=None, serial_number="A-1")
    await harness.deliver(desk.going("x", "A-1", "B1", 3, client_id=None))
    await register("1", client="CLI-0001", serial_number="A-1")
    assert (await desk.get("/coverage", CLIENT, serial="A-1"))["incident_number"] == "26051801"


async def test_basic_people_of_the_client_are_told_of_the_exchange_and_not_of_its_incident(
    harness: Harness, desk: Any, register: Any
) -> None:
    """With whom it is shared is the incidents service's to know."""
    await register("1", serial_number="A-1", articles=[desk.NAS])
    await harness.deliver(desk.going("x", "A-1", "B1", 3))
    for principal, number in ((CLIENT, "26051801"), (CLIENT_BASIC, None)):
        covered = await desk.get("/coverage", principal, serial="A-1")
        assert (covered["reason"], covered["incident_number"]) == ("exchange_in_progress", number)
        [unit] = (await desk.get("/contracts/1", principal))["articles"]
        assert unit["hardware"]["exchange"]["incident_number"] == number

"""Cover follows the hardware: what contracts answers while a unit is exchanged, and after."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid5

import pytest

from devkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, SQP, Harness, back_office
from events import organisation_id, samples
from events.contracts import ContractChanged, ContractExtended
from events.incidents import ExchangeChanged
from web import clock

NAS = {"designation": "NAS", "product_reference": "TS-131K", "serial_number": "A-1"}
DISK = {"designation": "Disque", "product_reference": "ST1000", "serial_number": "D1"}
IDS = UUID("5f0d7a51-3b52-5f62-9f3b-0f2d6a1f5a10")
TODAY = clock.today()
DELIVERED = TODAY - timedelta(days=10)


def exchange(name: str, faulty: str, replacement: str | None, version: int, **changes: Any) -> ExchangeChanged:
    """Of the line ``name``, delivered ten days ago unless ``changes`` say otherwise."""
    values = {
        **samples.sample("incidents.exchange.changed.v1")["data"],
        "version": version,
        "number": "26051801",
        "contract_number": "1",
        "reseller_id": organisation_id("reseller", "REV-0001"),
        "client_id": organisation_id("client", "CLI-0001"),
        "exchange_id": uuid5(IDS, name),
        "line": 1,
        "serial_number": faulty,
        "replacement_serial_number": replacement,
        "replacement_reference": "TS-131K" if replacement else None,
        "step": "delivered",
        "dispatch": "delivered",
        "cover": "replaced",
        "replaced_on": DELIVERED,
        **changes,
    }
    return ExchangeChanged.model_validate(values)


def going(name: str, faulty: str, replacement: str | None, version: int, **changes: Any) -> ExchangeChanged:
    begun = {"step": "approved", "dispatch": "none", "cover": "in_progress", "replaced_on": None}
    return exchange(name, faulty, replacement, version, **{**begun, **changes})


async def get(harness: Harness, path: str, principal: Any = RESELLER, language: str = "fr", **parameters: Any) -> Any:
    async with harness.client(principal, **{"Accept-Language": language}) as http:
        answer = await http.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def covered(harness: Harness, *serials: str, on: date = TODAY) -> dict[str, Any]:
    """By serial number: whether it is covered on that day, and the reason that is given."""
    answers = {each: await get(harness, "/coverage", serial=each, on=on.isoformat()) for each in serials}
    return {each: (answer["covered"], answer["reason"]) for each, answer in answers.items()}


@pytest.fixture
async def kit(register: Any) -> None:
    """Contract 1 covers a NAS, A-1, which is its own serial number too, and a disk."""
    await register("1", serial_number="A-1", articles=[NAS, DISK])


async def test_while_it_is_exchanged_a_unit_is_covered_and_the_answer_says_so(harness: Harness, kit: None) -> None:
    await harness.deliver(going("x", "A-1", None, 2))
    end = f"{TODAY + timedelta(days=300):%d/%m/%Y}"
    answer = await get(harness, "/coverage", serial="a1")
    assert (answer["covered"], answer["reason"], answer["incident_number"]) == (
        True,
        "exchange_in_progress",
        "26051801",
    )
    assert answer["sentence"] == f"Votre matériel est protégé jusqu’au {end}. Son échange est en cours."
    await harness.deliver(going("x", "A-1", "B1", 3, step="reserved"))
    assert await covered(harness, "A-1", "B1") == {
        "A-1": (True, "exchange_in_progress"),
        "B1": (False, "unknown_serial"),
    }
    await harness.deliver(going("x", "A-1", "B1", 4, step="shipped", dispatch="shipped"))
    sent = await get(harness, "/coverage", serial="A-1", language="en")
    assert sent["sentence"] == (
        f"Your equipment is protected until {end}. Its exchange is in progress: B1 has been sent."
    )
    awaited = await get(harness, "/coverage", serial="B1")
    assert (awaited["covered"], awaited["reason"], awaited["contract_number"]) == (False, "not_delivered", "1")
    assert awaited["sentence"] == "Le matériel B1 remplacera A-1 à sa livraison\u00a0: A-1 reste protégé jusque-là."


async def test_once_delivered_the_replacement_has_the_cover_and_the_first_unit_none(
    harness: Harness, kit: None
) -> None:
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    answer = await get(harness, "/coverage", serial="A-1")
    assert (answer["covered"], answer["reason"], answer["replaced_by"]) == (False, "replaced", "B1")
    assert answer["sentence"] == f"Le matériel A-1 a été remplacé par B1 le {DELIVERED:%d/%m/%Y}."
    english = await get(harness, "/coverage", serial="A-1", language="en")
    assert english["sentence"] == f"Equipment A-1 was replaced by B1 on {DELIVERED:%d/%m/%Y}."
    heir = await get(harness, "/coverage", serial="B1")
    assert (heir["covered"], heir["reason"], heir["contract_number"]) == (True, None, "1")
    assert heir["history"] == [
        {
            "serial_number": "A-1",
            "product_reference": "TS-131K",
            "replaced_by": "B1",
            "replacement_reference": "TS-131K",
            "replaced_on": DELIVERED.isoformat(),
            "incident_number": "26051801",
        }
    ]
    assert await covered(harness, "D1") == {"D1": (True, None)}


async def test_on_days_before_the_delivery_it_is_the_first_unit_that_was_covered(harness: Harness, kit: None) -> None:
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    before = {"A-1": (True, None), "B1": (False, "not_started")}
    after = {"A-1": (False, "replaced"), "B1": (True, None)}
    assert await covered(harness, "A-1", "B1", on=DELIVERED - timedelta(days=1)) == before
    assert await covered(harness, "A-1", "B1", on=DELIVERED) == after
    too_early = await get(harness, "/coverage", serial="B1", on=(DELIVERED - timedelta(days=1)).isoformat())
    assert too_early["sentence"] == (
        f"Le matériel B1 n’est protégé qu’à partir du {DELIVERED:%d/%m/%Y}, à la place de A-1."
    )


async def test_days_before_today_know_of_no_exchange_under_way(harness: Harness, kit: None) -> None:
    """Since when it has been going is not told."""
    await harness.deliver(going("x", "A-1", None, 2))
    assert await covered(harness, "A-1", on=TODAY - timedelta(days=1)) == {"A-1": (True, None)}


async def test_a_reversed_exchange_gives_the_cover_back(harness: Harness, kit: None) -> None:
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    await harness.deliver(exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert await covered(harness, "A-1", "B1") == {"A-1": (True, None), "B1": (False, "returned")}
    assert await covered(harness, "A-1", on=DELIVERED) == {"A-1": (True, None)}, "as if there had been no exchange"
    answer = await get(harness, "/coverage", serial="B1")
    assert answer["sentence"] == "L’échange de A-1 par B1 a été annulé\u00a0: A-1 est de nouveau protégé."
    contract = await get(harness, "/contracts/1")
    assert (contract["serial_number"], contract["hardware"]["history"]) == ("A-1", [])
    # The same unit may be sent once more.
    await harness.deliver(exchange("y", "A-1", "B1", 9, number="26060101", replaced_on=TODAY))
    assert await covered(harness, "A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}


async def test_a_cancelled_exchange_leaves_everything_as_it_was(harness: Harness, kit: None) -> None:
    await harness.deliver(going("x", "A-1", "B1", 4, step="shipped", dispatch="shipped"))
    await harness.deliver(going("x", "A-1", "B1", 5, step="recalled", dispatch="failed", cover="unchanged"))
    assert await covered(harness, "A-1", "B1") == {"A-1": (True, None), "B1": (False, "unknown_serial")}
    assert (await get(harness, "/contracts", q="B1"))["total"] == 0
    assert (await harness.told(ContractChanged))[-1].cover_moved.step == "returned"  # type: ignore[attr-defined]


CHAIN = (
    going("x", "A-1", "B1", 3, step="shipped", dispatch="shipped"),
    exchange("x", "A-1", "B1", 4, replaced_on=DELIVERED),
    going("y", "B1", None, 6, line=2, origin_line=1),
    exchange("y", "B1", "C1", 9, line=2, origin_line=1, replaced_on=TODAY, replacement_reference="TS-133"),
)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3])
async def test_a_chain_is_the_same_in_whatever_order_and_however_often_it_is_told(
    harness: Harness, kit: None, order: tuple[int, ...]
) -> None:
    for index in (*order, *order):
        await harness.deliver(CHAIN[index])
    contract = await get(harness, "/contracts/1")
    assert contract["serial_number"] == "C1"
    nas, disk = contract["articles"]
    assert (nas["serial_number"], nas["product_reference"], nas["hardware"]["exchange"]) == ("C1", "TS-133", None)
    steps = [(step["serial_number"], step["replaced_by"]) for step in nas["hardware"]["history"]]
    assert steps == [("A-1", "B1"), ("B1", "C1")]
    assert nas["hardware"]["registered_serial_number"] == "A-1"
    assert (disk["serial_number"], disk["hardware"]["history"]) == ("D1", [])
    expected = {"A-1": (False, "replaced"), "B1": (False, "replaced"), "C1": (True, None)}
    assert await covered(harness, "A-1", "B1", "C1") == expected
    yesterday = {"A-1": (False, "replaced"), "B1": (True, None), "C1": (False, "not_started")}
    assert await covered(harness, "A-1", "B1", "C1", on=TODAY - timedelta(days=1)) == yesterday
    [*_, last] = await harness.told(ContractChanged)
    assert isinstance(last, ContractChanged)
    assert [article.serial_number for article in last.articles] == ["C1", "D1"]
    assert sorted(last.former_serial_numbers) == ["A-1", "B1"]


async def test_a_repaired_unit_may_come_back_as_the_replacement_of_its_own(harness: Harness, kit: None) -> None:
    await harness.deliver(exchange("x", "A-1", "B1", 4, replaced_on=DELIVERED))
    await harness.deliver(exchange("y", "B1", "A-1", 4, number="26060101", replaced_on=TODAY))
    assert await covered(harness, "A-1", "B1") == {"A-1": (True, None), "B1": (False, "replaced")}
    assert await covered(harness, "A-1", "B1", on=DELIVERED) == {"A-1": (False, "replaced"), "B1": (True, None)}
    [*_, last] = await harness.told(ContractChanged)
    assert last.former_serial_numbers == ["B1"]  # type: ignore[attr-defined]


async def test_late_and_repeated_facts_tell_nothing(harness: Harness, kit: None) -> None:
    done = exchange("x", "A-1", "B1", 5)
    for event in (done, going("x", "A-1", "B1", 4, dispatch="shipped"), done, exchange("x", "A-1", "B1", 6)):
        await harness.deliver(event)
    [told] = await harness.told(ContractChanged)
    assert isinstance(told, ContractChanged)
    assert (told.version, told.serial_number) == (2, "B1")
    assert told.cover_moved is not None
    assert told.cover_moved.model_dump(exclude={"exchange_id"}) == {
        "incident_number": "26051801",
        "serial_number": "A-1",
        "replacement_serial_number": "B1",
        "step": "moved",
        "replaced_on": DELIVERED,
    }


async def test_a_part_that_is_sent_moves_no_cover(harness: Harness, kit: None) -> None:
    for step, dispatch in (("approved", "none"), ("shipped", "shipped"), ("delivered", "delivered")):
        changes = {"exchange_type": "part_only", "step": step, "dispatch": dispatch, "cover": "unchanged"}
        await harness.deliver(exchange("x", "A-1", None, 3, replaced_on=None, **changes))
    assert await covered(harness, "A-1") == {"A-1": (True, None)}
    assert (await get(harness, "/contracts/1"))["version"] == 1
    assert await harness.told(ContractChanged) == []


@pytest.mark.parametrize("articles", [[], [NAS, DISK]])
async def test_registering_again_undoes_no_exchange(harness: Harness, register: Any, articles: Any) -> None:
    await register("1", serial_number="A-1", articles=articles)
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    await register("1", serial_number="A-1", articles=articles)
    assert len(await harness.told(ContractChanged)) == 1, "equal content tells nothing"
    await register("1", serial_number="A-1", articles=articles, service_level="J+1")
    [_, told] = await harness.told(ContractChanged)
    assert isinstance(told, ContractChanged)
    assert [told.serial_number, *(each.serial_number for each in told.articles)] == ["B1", "B1", "D1"][
        : 1 + len(articles)
    ]
    assert (told.cover_moved, told.former_serial_numbers) == (None, ["A-1"])
    assert await covered(harness, "A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    assert [row["serial_number"] for row in (await get(harness, "/contracts"))["items"]] == ["B1"]


async def test_a_back_office_that_registers_the_replacement_loses_no_history(harness: Harness, kit: None) -> None:
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    await register_again(harness, serial_number="B1", articles=[{**NAS, "serial_number": "B1"}, DISK])
    assert await covered(harness, "A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    nas = (await get(harness, "/contracts/1"))["articles"][0]
    assert [step["serial_number"] for step in nas["hardware"]["history"]] == ["A-1"]
    await harness.deliver(exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert await covered(harness, "A-1", "B1") == {"A-1": (True, None), "B1": (False, "returned")}


async def register_again(harness: Harness, **changes: Any) -> None:
    row = await get(harness, "/contracts/1")
    body = {
        "product_reference": row["product_reference"],
        "reseller": {"code": "REV-0001", "name": "Revendeur REV-0001", "email": "revendeur@sqp.example"},
        "client": {"code": "CLI-0001", "name": "Client CLI-0001", "email": "client@sqp.example"},
        "starts_on": row["starts_on"],
        "warranty_ends_on": row["warranty_ends_on"],
        **changes,
    }
    async with harness.client(back_office("contracts:write")) as http:
        answer = await http.put("/api/v1/backoffice/contracts/1", json=body)
    assert answer.status_code == 200, answer.text


async def test_a_contract_without_articles_follows_its_own_product(harness: Harness, register: Any) -> None:
    await register("1", serial_number="A-1")
    await harness.deliver(exchange("x", "A-1", "B1", 5, replacement_reference="TS-133"))
    contract = await get(harness, "/contracts/1")
    assert (contract["serial_number"], contract["articles"]) == ("B1", [])
    assert contract["hardware"]["history"][0]["replacement_reference"] == "TS-133"
    [told] = await harness.told(ContractChanged)
    assert (told.serial_number, told.product_reference) == ("B1", "TS-133")  # type: ignore[attr-defined]


async def test_an_ended_contract_stays_ended(harness: Harness, register: Any) -> None:
    await register("1", ends_in=-1, serial_number="A-1")
    await harness.deliver(going("x", "A-1", "B1", 3, step="shipped", dispatch="shipped"))
    ended = f"{TODAY - timedelta(days=1):%d/%m/%Y}"
    answer = await get(harness, "/coverage", serial="A-1")
    assert (answer["covered"], answer["reason"]) == (False, "expired")
    assert answer["sentence"] == (
        f"Votre matériel n’est plus protégé depuis le {ended}. L’échange en cours va à son terme."
    )
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    assert await covered(harness, "A-1", "B1") == {"A-1": (False, "expired"), "B1": (False, "expired")}
    assert (await get(harness, "/contracts/1"))["warranty_ends_on"] == (TODAY - timedelta(days=1)).isoformat()


async def test_a_contract_is_found_by_every_unit_it_covered_and_listed_with_the_last(
    harness: Harness, kit: None, register: Any
) -> None:
    await register("2", serial_number="B0")
    for event in CHAIN:
        await harness.deliver(event)
    for serial in ("A-1", "a1", "B1", "c1"):
        [row] = (await get(harness, "/contracts", q=serial))["items"]
        assert (row["number"], row["serial_number"]) == ("1", "C1")
    rows = (await get(harness, "/contracts", sort="serial_number"))["items"]
    assert [row["serial_number"] for row in rows] == ["B0", "C1"]
    renewals = (await get(harness, "/renewals", sort="serial_number"))["items"]
    assert [row["serial_number"] for row in renewals] == ["B0", "C1"]


async def test_offers_follow_the_registered_reference(harness: Harness, kit: None) -> None:
    async with harness.client(back_office("contracts:write")) as http:
        for sku, reference in (("OLD", "TS-131K"), ("NEW", "TS-133")):
            offer = {"applies_to_product_reference": reference, "label": sku, "months": 12}
            assert (await http.put(f"/api/v1/backoffice/extension-offers/{sku}", json=offer)).status_code == 200
    await harness.deliver(exchange("x", "A-1", "B1", 5, replacement_reference="TS-133"))
    contract = await get(harness, "/contracts/1")
    assert [offer["sku"] for offer in contract["extension_offers"]] == ["OLD"]
    async with harness.client(back_office("contracts:write")) as http:
        order = {"order_id": "O1", "sku": "OLD"}
        answer = await http.post("/api/v1/backoffice/contracts/1/extensions", json=order)
    assert answer.status_code == 201
    [extended] = await harness.told(ContractExtended)
    assert (extended.serial_number, extended.former_serial_numbers) == ("B1", ["A-1"])  # type: ignore[attr-defined]


async def test_a_substitute_has_its_own_links_of_the_catalogue(harness: Harness, register: Any) -> None:
    await register("1", serial_number="A-1", articles=[{**NAS, "specification_url": "https://maker.example/131"}])
    async with harness.client(back_office("contracts:write")) as http:
        await http.put("/api/v1/backoffice/products/TS-133", json={"specification_url": "https://maker.example/133"})
    await harness.deliver(exchange("x", "A-1", "B1", 5, replacement_reference="TS-133"))
    [nas] = (await get(harness, "/contracts/1"))["articles"]
    assert (nas["product_reference"], nas["specification_url"]) == ("TS-133", "https://maker.example/133")


@pytest.mark.parametrize("principal", [OTHER_RESELLER, OTHER_CLIENT])
async def test_other_organisations_learn_nothing_of_an_exchange(harness: Harness, kit: None, principal: Any) -> None:
    for event in CHAIN:
        await harness.deliver(event)
    for serial in ("A-1", "B1", "C1"):
        answer = await get(harness, "/coverage", principal, serial=serial)
        assert (answer["reason"], answer["contract_number"], answer["history"]) == ("unknown_serial", None, [])
        assert (await get(harness, "/contracts", principal, q=serial))["total"] == 0


@pytest.mark.parametrize("principal", [RESELLER, CLIENT, SQP])
async def test_the_parties_of_the_contract_learn_the_same(harness: Harness, kit: None, principal: Any) -> None:
    for event in CHAIN:
        await harness.deliver(event)
    assert (await get(harness, "/coverage", principal, serial="C1"))["covered"] is True
    assert len((await get(harness, "/contracts/1", principal))["articles"][0]["hardware"]["history"]) == 2


async def test_an_exchange_that_is_told_before_its_contract_counts_once_that_is_registered(
    harness: Harness, register: Any
) -> None:
    await harness.deliver(exchange("x", "A-1", "B1", 5))
    await register("1", serial_number="A-1", articles=[NAS])
    assert await covered(harness, "A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    assert [row["serial_number"] for row in (await get(harness, "/contracts", q="B1"))["items"]] == ["B1"]


async def test_the_feed_tells_each_move_of_cover(harness: Harness, kit: None) -> None:
    for event in CHAIN[:2]:
        await harness.deliver(event)
    feed = await get(harness, "/backoffice/contracts/changes", back_office("contracts:read"), after=0)
    assert [(each["kind"], each["version"]) for each in feed["items"]] == [
        ("contract.registered", 1),
        ("contract.cover_moved", 2),
        ("contract.cover_moved", 3),
    ]

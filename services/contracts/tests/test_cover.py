"""Cover: the sentence, the coverage of a serial, offers, and reminders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from devkit.harness import OTHER_RESELLER, RESELLER, Harness, back_office
from events.contracts import ContractExpiring
from web import clock

DISK = {"designation": "Disque", "product_reference": "ST1000", "serial_number": "Z9CBPM5M"}


async def get(harness: Harness, path: str, principal: Any = RESELLER, **parameters: Any) -> Any:
    async with harness.client(principal, **parameters.pop("headers", {})) as http:
        answer = await http.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_cover_sentence_is_the_guides(harness: Harness, register: Any) -> None:
    await register("1", ends_in=200)
    end = clock.today() + timedelta(days=200)
    assert (await get(harness, "/contracts/1"))["cover"] == {
        "state": "active",
        "ends_on": end.isoformat(),
        "days_left": 200,
        "sentence": f"Votre matériel est protégé jusqu’au {end:%d/%m/%Y}",
    }
    english = await get(harness, "/contracts/1", headers={"Accept-Language": "en"})
    assert english["cover"]["sentence"] == f"Your equipment is protected until {end:%d/%m/%Y}"


async def test_offers_of_the_product_and_of_its_articles_lead_to_the_shop(harness: Harness, register: Any) -> None:
    await register("1", articles=[DISK])
    async with harness.client(back_office("contracts:write")) as http:
        for sku, reference in (("SKU-A", "TS-131K-1TIW"), ("SKU-B", "ST1000"), ("SKU-C", "OTHER")):
            offer = {"applies_to_product_reference": reference, "label": sku, "months": 12}
            assert (await http.put(f"/api/v1/backoffice/extension-offers/{sku}", json=offer)).status_code == 200
    offers = (await get(harness, "/contracts/1"))["extension_offers"]
    assert [offer["sku"] for offer in offers] == ["SKU-A", "SKU-B"]
    assert offers[0]["url"].endswith("?contrat=1&sku=SKU-A")


async def test_an_offer_says_how_far_it_would_extend_the_cover(harness: Harness, register: Any) -> None:
    await register("1")
    async with harness.client(back_office("contracts:write")) as http:
        offer = {"applies_to_product_reference": "TS-131K-1TIW", "label": "x", "months": 12}
        await http.put("/api/v1/backoffice/extension-offers/SKU", json=offer)
        before = (await get(harness, "/contracts/1"))["extension_offers"][0]["extends_to"]
        order = {"order_id": "C1", "sku": "SKU"}
        taken = (await http.post("/api/v1/backoffice/contracts/1/extensions", json=order)).json()
    after = (await get(harness, "/contracts/1"))["extension_offers"][0]["extends_to"]
    assert before == taken["warranty_ends_on"]
    assert after > before


async def test_the_last_days_are_counted_in_good_french(harness: Harness, register: Any) -> None:
    endings = {40: "il reste 40 jours", 1: "il reste 1 jour", 0: "jusqu’à aujourd’hui"}
    for days, words in endings.items():
        await register(f"1{days}", ends_in=days)
        assert words in (await get(harness, f"/contracts/1{days}"))["cover"]["sentence"]


async def test_an_offer_for_another_product_extends_nothing(harness: Harness, register: Any) -> None:
    await register("1")
    async with harness.client(back_office("contracts:write")) as http:
        offer = {"applies_to_product_reference": "OTHER", "label": "x", "months": 12}
        await http.put("/api/v1/backoffice/extension-offers/SKU", json=offer)
        order = {"order_id": "C1", "sku": "SKU"}
        refused = await http.post("/api/v1/backoffice/contracts/1/extensions", json=order)
        unknown = await http.post("/api/v1/backoffice/contracts/1/extensions", json={**order, "sku": "NONE"})
    assert (refused.status_code, refused.json()["code"]) == (409, "offer_does_not_apply")
    assert (unknown.status_code, unknown.json()["code"]) == (409, "unknown_offer")


async def test_coverage_says_by_which_contract_or_why_not(harness: Harness, register: Any) -> None:
    await register("1", ends_in=-10, articles=[DISK])
    await register("2", ends_in=50, articles=[DISK])
    await register("3", started=-5, serial_number="LATER")
    covered = await get(harness, "/coverage", serial="z9cbpm5m")
    assert (covered["covered"], covered["contract_number"]) == (True, "2")
    past = await get(harness, "/coverage", serial="S1")
    assert (past["covered"], past["reason"], past["contract_number"]) == (False, "expired", "1")
    assert (await get(harness, "/coverage", serial="LATER"))["reason"] == "not_started"
    assert (await get(harness, "/coverage", serial="NOBODYS"))["reason"] == "unknown_serial"
    then = clock.today() - timedelta(days=11)
    assert (await get(harness, "/coverage", serial="S1", on=then.isoformat()))["covered"] is True
    foreign = await get(harness, "/coverage", OTHER_RESELLER, serial="Z9CBPM5M")
    assert foreign["reason"] == "unknown_serial"


async def test_reminders_go_out_once_and_are_armed_again_by_a_moved_end(harness: Harness, register: Any) -> None:
    await register("1", ends_in=20)
    await register("2", ends_in=91)
    await register("3", ends_in=-1)
    for _ in range(2):
        await harness.run_job("contracts.remind")
    [told] = await harness.told(ContractExpiring)
    assert isinstance(told, ContractExpiring)
    assert (told.number, told.days_left) == ("1", 20)
    await register("1", ends_in=25)
    await harness.run_job("contracts.remind")
    assert [event.days_left for event in await harness.told(ContractExpiring)] == [20, 25]


async def test_wider_thresholds_already_passed_are_logged_as_skipped(harness: Harness, register: Any) -> None:
    await register("1", ends_in=20)
    await harness.run_job("contracts.remind")
    async with harness.service.database.reader() as reader:
        rows = (await reader.execute(text("SELECT threshold, outcome FROM reminders ORDER BY threshold"))).all()
    assert [tuple(row) for row in rows] == [(30, "sent"), (60, "skipped"), (90, "skipped")]

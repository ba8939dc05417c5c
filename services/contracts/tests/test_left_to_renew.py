"""A contract whose every product was paid back, or whose cover goes on under another contract, has nothing to renew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest

from contracts import reminders
from devkit.harness import CLIENT, RESELLER, SQP, Harness, back_office
from events.contracts import ContractExpiring

CREDIT = {"exchange_type": "credit", "step": "credited", "dispatch": "none", "cover": "credited"}
OFFERS = {"NAS": "TS-131K", "DISK": "ST1000"}


@pytest.fixture
async def offers(harness: Harness) -> None:
    """A year more for the NAS, and one for the disk."""
    async with harness.client(back_office("contracts:write")) as http:
        for sku, reference in OFFERS.items():
            body = {"applies_to_product_reference": reference, "label": f"Extension {sku}", "months": 12}
            assert (await http.put(f"/api/v1/backoffice/extension-offers/{sku}", json=body)).status_code == 200


async def order(harness: Harness, number: str, sku: str) -> Any:
    async with harness.client(back_office("contracts:write"), **{"Accept-Language": "fr"}) as http:
        body = {"order_id": f"CMD-{number}-{sku}", "sku": sku}
        return await http.post(f"/api/v1/backoffice/contracts/{number}/extensions", json=body)


async def reminded(harness: Harness) -> set[str]:
    async with harness.service.database.transaction() as session:
        await reminders.remind(session)
    return {event.number for event in await harness.told(ContractExpiring)}


def offered(answer: Any) -> list[str]:
    found = answer.get("extension_offers", answer.get("offers"))
    return [each["sku"] for each in found]


async def renewal(desk: Any, number: str = "1") -> Any:
    """Of the pipeline; None if it is not in there."""
    found = (await desk.get("/renewals"))["items"]
    return next((each for each in found if each["contract_number"] == number), None)


class TestPaidBack:
    @pytest.fixture
    async def credited(self, harness: Harness, desk: Any, register: Any, offers: None) -> None:
        await register("1", product_reference="TS-131K", serial_number="A-1", ends_in=20)
        await harness.deliver(desk.exchange("x", "A-1", None, 6, **CREDIT))

    @pytest.mark.parametrize("principal", [RESELLER, CLIENT])
    async def test_the_contract_says_so_and_offers_nothing(self, desk: Any, credited: None, principal: Any) -> None:
        contract = await desk.get("/contracts/1", principal)
        day = f"{desk.DELIVERED:%d/%m/%Y}"
        sentence = f"Votre matériel a été repris contre un avoir le {day}\u00a0: il n’est plus protégé"
        assert (contract["cover"]["state"], contract["cover"]["sentence"]) == ("credited", sentence)
        assert (contract["cover"]["days_left"], offered(contract)) == (None, [])

    async def test_it_is_listed_and_counted_among_what_is_over(self, desk: Any, credited: None) -> None:
        page = await desk.get("/contracts", SQP, validity="expired")
        assert [(each["number"], each["state"]) for each in page["items"]] == [("1", "credited")]
        assert page["counts"] == {"active": 0, "expiring": 0, "expired": 1}
        [summary] = (await desk.get("/client-summaries"))["items"]
        assert (summary["contracts_in_force"], summary["contracts"]) == (0, 1)

    async def test_no_extension_of_it_is_taken(self, harness: Harness, credited: None) -> None:
        refused = await order(harness, "1", "NAS")
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_extend")
        assert "repris contre un avoir" in refused.json()["title"]

    async def test_it_is_not_reminded_of_and_the_log_says_why(
        self, harness: Harness, desk: Any, credited: None
    ) -> None:
        assert await reminded(harness) == set()
        log = await desk.get("/contracts/1/reminders")
        assert {(each["outcome"], each["reason"]) for each in log["items"]} == {("skipped", "credited")}
        day = f"{desk.DELIVERED:%d/%m/%Y}"
        assert log["items"][0]["sentence"] == (
            f"Pas de rappel\u00a0: le matériel a été repris contre un avoir le {day}."
        )
        assert log["order_until"] is None

    async def test_it_is_no_renewal(self, harness: Harness, desk: Any, credited: None) -> None:
        page = await desk.get("/renewals")
        assert (page["items"], page["total"]) == ([], 0)
        assert not any(month["contracts"] for month in page["months"])
        where = f"/api/v1/renewals/1/{desk.TODAY + timedelta(days=20)}"
        async with harness.client(RESELLER) as http:
            assert (await http.get(where)).status_code == 404
            assert (await http.patch(where, json={"note": "x"}, headers={"If-Match": '"0"'})).status_code == 404

    async def test_what_is_taken_back_counts_again(self, harness: Harness, desk: Any, credited: None) -> None:
        await harness.deliver(desk.exchange("x", "A-1", None, 7, **{**CREDIT, "cover": "unchanged"}))
        assert (await desk.get("/contracts/1"))["cover"]["state"] == "expiring"
        assert (await renewal(desk))["state"] == "open"
        assert await reminded(harness) == {"1"}

    async def test_a_product_that_it_is_registered_with_since_is_covered(
        self, desk: Any, credited: None, register: Any
    ) -> None:
        articles = [{**desk.NAS}, {**desk.DISK}]
        await register("1", product_reference="TS-131K", serial_number="A-1", ends_in=20, articles=articles)
        assert (await desk.get("/contracts/1"))["cover"]["state"] == "expiring"

    async def test_of_two_products_what_is_left_is_extended(
        self, harness: Harness, desk: Any, register: Any, offers: None
    ) -> None:
        articles = [desk.NAS, desk.DISK]
        await register("1", product_reference="TS-131K", serial_number="A-1", ends_in=20, articles=articles)
        await harness.deliver(desk.exchange("x", "A-1", None, 6, **CREDIT))
        assert (await desk.get("/contracts/1"))["cover"]["state"] == "expiring"
        assert offered(await desk.get("/contracts/1")) == ["DISK"]
        assert offered(await renewal(desk)) == ["DISK"]
        assert await reminded(harness) == {"1"}
        assert (await order(harness, "1", "NAS")).status_code == 409
        assert (await order(harness, "1", "DISK")).status_code == 201


class TestFollowed:
    """Contract 1 ends in 20 days; contract 2 covers the same unit from the day after on."""

    OLD: ClassVar[Any] = {"product_reference": "TS-131K", "serial_number": "A-1", "ends_in": 20}
    NEW: ClassVar[Any] = {"product_reference": "TS-131K", "serial_number": "A-1", "started": -21, "ends_in": 1000}

    @pytest.fixture(params=["12", "21"])
    async def both(self, request: Any, harness: Harness, register: Any, offers: None) -> None:
        for number in request.param:
            await register(number, **(self.OLD if number == "1" else self.NEW))
            await harness.run_jobs()

    async def test_its_renewal_is_ordered_by_the_contract_that_follows(
        self, harness: Harness, desk: Any, both: None
    ) -> None:
        found = await renewal(desk)
        assert (found["state"], found["followed_by"], found["offers"]) == ("ordered", "2", [])
        page = await desk.get("/renewals", state="ordered")
        assert (page["total"], page["counts"]["open"], page["counts"]["ordered"]) == (1, 0, 1)
        async with harness.client(RESELLER) as http:
            where = f"/api/v1/renewals/1/{found['ends_on']}"
            lost = {"state": "lost", "lost_reason": "price"}
            refused = await http.patch(where, json=lost, headers={"If-Match": '"0"'})
            assert (refused.status_code, refused.json()["code"]) == (409, "renewal_ordered")
            assert (await http.patch(where, json={"note": "Merci"}, headers={"If-Match": '"0"'})).status_code == 204

    async def test_it_is_not_reminded_of_and_the_log_names_the_contract(
        self, harness: Harness, desk: Any, both: None
    ) -> None:
        assert await reminded(harness) == set()
        log = await desk.get("/contracts/1/reminders", CLIENT)
        assert {each["reason"] for each in log["items"]} == {"followed"}
        assert log["items"][0]["sentence"] == "Pas de rappel\u00a0: le contrat n°\u00a02 prend la suite."

    async def test_its_cover_goes_on_and_nothing_is_offered(self, desk: Any, both: None) -> None:
        contract = await desk.get("/contracts/1", CLIENT)
        assert (contract["cover"]["state"], contract["followed_by"], offered(contract)) == ("expiring", "2", [])
        last = await desk.get("/contracts/2", CLIENT)
        assert (last["followed_by"], offered(last)) == (None, ["NAS"])

    @pytest.mark.parametrize(
        "changes",
        [
            {"client": "CLI-0002"},
            {"client": None},
            {"serial_number": "OTHER"},
            {"ends_in": 20, "started": 1},
            {"started": -200},
        ],
        ids=["another client", "no client", "another unit", "the same end", "long after"],
    )
    @pytest.mark.parametrize("changed", ["1", "2"])
    async def test_it_is_open_again_once_the_other_follows_no_more(
        self, harness: Harness, desk: Any, register: Any, both: None, changes: Any, changed: str
    ) -> None:
        if changed == "1" and "started" in changes:
            changes = {"ends_in": 1000}
        await register(changed, **{**(self.OLD if changed == "1" else self.NEW), **changes})
        await harness.run_jobs()
        contract = await desk.get("/contracts/1", SQP)
        assert (contract["followed_by"], offered(contract)) == (None, ["NAS"])

    async def test_of_two_products_the_one_that_goes_on_is_offered_no_more_and_the_contract_stays_to_renew(
        self, harness: Harness, desk: Any, register: Any, offers: None
    ) -> None:
        await register("1", **{**self.OLD, "articles": [desk.NAS, desk.DISK]})
        await register("2", **self.NEW)
        await harness.run_jobs()
        contract, found = await desk.get("/contracts/1"), await renewal(desk)
        assert (contract["followed_by"], offered(contract)) == (None, ["DISK"])
        assert (found["state"], offered(found)) == ("open", ["DISK"])
        assert await reminded(harness) == {"1"}
        await harness.deliver(desk.exchange("y", "D1", None, 6, **CREDIT))
        await harness.run_jobs()
        assert (await renewal(desk))["followed_by"] == "2"

    async def test_a_unit_that_was_exchanged_is_followed_as_its_replacement(
        self, harness: Harness, desk: Any, register: Any, offers: None
    ) -> None:
        await register("1", **self.OLD)
        await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
        await register("2", **{**self.NEW, "serial_number": "B1"})
        await harness.run_jobs()
        assert (await desk.get("/contracts/1"))["followed_by"] == "2"

    async def test_an_extension_that_ends_after_the_other_is_open_again(
        self, harness: Harness, desk: Any, register: Any, offers: None
    ) -> None:
        await register("1", **self.OLD)
        await register("2", **{**self.NEW, "ends_in": 200})
        await harness.run_jobs()
        assert (await order(harness, "1", "NAS")).status_code == 201
        await harness.run_jobs()
        assert (await desk.get("/contracts/1"))["followed_by"] is None

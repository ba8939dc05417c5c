"""Renewals: what ends when, what a reseller makes of it, and how an order closes it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.cover import add_months
from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, Harness, back_office
from web import clock

OFFER = {"applies_to_product_reference": "TS-131K-1TIW", "label": "Extension 6 mois", "months": 6}
LISTED = "/api/v1/renewals"


def ending(days: int) -> date:
    return clock.today() + timedelta(days=days)


def path(number: str, days: int) -> str:
    return f"{LISTED}/{number}/{ending(days)}"


async def listed(harness: Harness, principal: Any = RESELLER, **parameters: Any) -> Any:
    async with harness.client(principal) as http:
        answer = await http.get(LISTED, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(page: Any) -> list[str]:
    return [item["contract_number"] for item in page["items"]]


async def change(harness: Harness, where: str, by: Any = RESELLER, tag: str = '"0"', **body: Any) -> Any:
    async with harness.client(by) as http:
        return await http.patch(where, json=body, headers={"If-Match": tag})


async def order(harness: Harness, number: str, order_id: str = "CMD-1", sku: str = "SKU") -> Any:
    async with harness.client(back_office("contracts:write")) as http:
        await http.put(f"/api/v1/backoffice/extension-offers/{sku}", json=OFFER)
        body = {"order_id": order_id, "sku": sku}
        answer = await http.post(f"/api/v1/backoffice/contracts/{number}/extensions", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def withdraw(harness: Harness, number: str, order_id: str = "CMD-1") -> None:
    async with harness.client(back_office("contracts:write")) as http:
        path = f"/api/v1/backoffice/contracts/{number}/extensions/{order_id}"
        assert (await http.delete(path)).status_code == 200


async def test_every_end_of_cover_near_is_a_renewal_to_propose(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    await register("2", ends_in=5)
    await register("3", ends_in=3000, started=1)
    await register("4", ends_in=-400, started=900)
    page = await listed(harness)
    assert numbers(page) == ["2", "1"]
    first = page["items"][0]
    assert (first["state"], first["ends_on"], first["days_left"]) == ("open", ending(5).isoformat(), 5)
    assert page["total"] == 2


async def test_months_count_contracts_by_state_whatever_month_is_asked_for(harness: Harness, register: Any) -> None:
    month = add_months(clock.today().replace(day=1), 2)
    for number, day in (("1", month), ("2", month.replace(day=9)), ("3", add_months(month, 1))):
        await register(number, ends_in=(day - clock.today()).days)
    await change(harness, f"{LISTED}/1/{month}", state="proposed")
    page = await listed(harness, month=f"{month:%Y-%m}")
    assert sorted(numbers(page)) == ["1", "2"]
    assert page["counts"] == {"open": 1, "proposed": 1, "ordered": 0, "lost": 0}
    assert len(page["months"]) == 16
    counted = {each["month"]: (each["contracts"], each["proposed"]) for each in page["months"] if each["contracts"]}
    assert counted == {month.isoformat(): (2, 1), add_months(month, 1).isoformat(): (1, 0)}
    proposed = await listed(harness, state="proposed")
    assert (numbers(proposed), proposed["total"], proposed["counts"]["open"]) == (["1"], 1, 2)


async def test_a_month_out_of_sight_may_be_asked_for(harness: Harness, register: Any) -> None:
    await register("1", ends_in=1500)
    page = await listed(harness, month=f"{ending(1500):%Y-%m}")
    assert (numbers(page), page["total"]) == (["1"], 1)


async def test_a_reseller_notes_state_reason_note_and_next_date_on_record(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    noted = {"state": "proposed", "note": "Devis envoyé.", "next_on": ending(10).isoformat()}
    answer = await change(harness, path("1", 40), **noted)
    assert (answer.status_code, answer.headers["etag"]) == (204, '"1"')
    lost = await change(harness, path("1", 40), tag='"1"', state="lost", lost_reason="price")
    assert lost.status_code == 204
    async with harness.client(RESELLER) as http:
        found = (await http.get(path("1", 40))).json()
        [entry, *_] = (await http.get("/api/v1/audit/contracts")).json()["items"]
    kept = {name: found[name] for name in ("state", "lost_reason", "note", "next_on", "version")}
    assert kept == {**noted, "state": "lost", "lost_reason": "price", "version": 2}
    assert (entry["action"], entry["subject"]) == ("renewal.change", "1")
    assert entry["details"] == {"ends_on": ending(40).isoformat(), "before": "proposed", "after": "lost"}
    await change(harness, path("1", 40), tag='"2"', state="open", next_on=None)
    [item] = (await listed(harness))["items"]
    assert (item["state"], item["lost_reason"], item["next_on"], item["note"]) == ("open", None, None, "Devis envoyé.")


async def test_a_lost_renewal_has_a_reason(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    assert (await change(harness, path("1", 40), state="lost")).status_code == 422
    assert (await change(harness, path("1", 40), state="ordered")).status_code == 422


async def test_of_two_changes_at_once_the_second_is_told(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    assert (await change(harness, path("1", 40), note="un")).status_code == 204
    assert (await change(harness, path("1", 40), note="deux")).status_code == 412
    async with harness.client(RESELLER) as http:
        assert (await http.patch(path("1", 40), json={"note": "deux"})).status_code == 428


async def test_the_shops_order_closes_it_by_itself_and_the_next_end_is_open(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    await change(harness, path("1", 40), state="proposed", note="Devis")
    extended = await order(harness, "1")
    await order(harness, "1")
    first, second = (
        (await listed(harness))["items"][:1],
        (await listed(harness, month=extended["warranty_ends_on"][:7])),
    )
    assert [(each["ends_on"], each["state"], each["order_id"]) for each in first] == [
        (ending(40).isoformat(), "ordered", "CMD-1")
    ]
    assert (first[0]["note"], first[0]["offers"]) == ("Devis", [])
    assert first[0]["covered_until"] == extended["warranty_ends_on"]
    [following] = second["items"]
    assert (following["state"], following["ends_on"]) == ("open", extended["warranty_ends_on"])
    refused = await change(harness, path("1", 40), tag='"2"', state="lost", lost_reason="price")
    assert (refused.status_code, refused.json()["code"]) == (409, "renewal_ordered")
    assert (await change(harness, path("1", 40), tag='"2"', note="Merci")).status_code == 204


async def test_a_withdrawn_order_reopens_it(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    await order(harness, "1")
    await withdraw(harness, "1")
    [item] = (await listed(harness))["items"]
    assert (item["ends_on"], item["state"], item["order_id"]) == (ending(40).isoformat(), "proposed", None)
    await order(harness, "1")
    assert (await listed(harness))["items"][0]["state"] == "ordered"


async def test_an_end_that_the_back_office_moves_is_open_again(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    await change(harness, path("1", 40), state="lost", lost_reason="other")
    await register("1", ends_in=50)
    [item] = (await listed(harness))["items"]
    assert (item["ends_on"], item["state"]) == (ending(50).isoformat(), "open")
    gone = await change(harness, path("1", 40), tag='"1"', state="open")
    assert (gone.status_code, gone.json()["code"]) == (404, "renewal_not_found")


async def test_it_names_the_offers_and_until_when_they_may_be_ordered(harness: Harness, register: Any) -> None:
    disk = {"designation": "Disque", "product_reference": "ST1000", "serial_number": "Z1"}
    await register("1", ends_in=40, articles=[disk])
    await register("2", ends_in=41, product_reference="OTHER")
    async with harness.client(back_office("contracts:write")) as http:
        await http.put("/api/v1/backoffice/extension-offers/A", json=OFFER)
        early = {**OFFER, "applies_to_product_reference": "ST1000", "months": 24, "order_days_after_end": -30}
        await http.put("/api/v1/backoffice/extension-offers/B", json=early)
    one, two = (await listed(harness))["items"]
    assert [(each["sku"], each["order_until"]) for each in one["offers"]] == [
        ("A", ending(40).isoformat()),
        ("B", ending(10).isoformat()),
    ]
    assert one["offers"][0]["url"].endswith("?contrat=1&sku=A")
    assert two["offers"] == []
    async with harness.client(RESELLER) as http:
        shown = (await http.get("/api/v1/contracts/1")).json()["extension_offers"]
    assert [each["order_until"] for each in shown] == [ending(40).isoformat(), ending(10).isoformat()]


@pytest.mark.parametrize("sort", ["ends_on", "-ends_on", "client", "-next_on", "next_on", "contract_number"])
async def test_pages_neither_repeat_nor_skip_a_renewal(harness: Harness, register: Any, sort: str) -> None:
    for number in range(1, 8):
        client = None if number % 3 == 0 else f"C{number % 2}"
        await register(str(number), ends_in=30 + number % 2, client=client)
    for days in (2, 5):
        await change(harness, path(str(days), 30 + days % 2), next_on=ending(days).isoformat())
    await order(harness, "4")
    seen, cursor = [], ""
    while True:
        page = await listed(harness, sort=sort, limit=2, cursor=cursor)
        seen += [(item["contract_number"], item["ends_on"]) for item in page["items"]]
        if not (cursor := page["next"]):
            break
    assert len(seen) == len(set(seen)) == page["total"] == 8
    if sort == "ends_on":
        assert [when for _, when in seen] == sorted(when for _, when in seen)


async def test_it_is_found_as_contracts_are(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40, client="CLI-0009", client_name="Société Élan")
    await register("2", ends_in=40)
    for asked, found in (("elan", ["1"]), ("S2", ["2"]), ("0002", ["2"]), ("rien", [])):
        assert numbers(await listed(harness, q=asked)) == found
    [item] = (await listed(harness, q="elan"))["items"]
    assert numbers(await listed(harness, client_id=item["client_id"])) == ["1"]


async def test_a_reseller_sees_its_own_sqp_all_and_a_client_none(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    await register("2", ends_in=41, reseller="REV-0002", client="CLI-0002")
    await order(harness, "2")
    assert numbers(await listed(harness)) == ["1"]
    assert numbers(await listed(harness, OTHER_RESELLER)) == ["2", "2"]
    every = await listed(harness, SQP)
    assert [(item["contract_number"], item["reseller"]) for item in every["items"]][:2] == [
        ("1", "Revendeur REV-0001"),
        ("2", "Revendeur REV-0002"),
    ]
    async with harness.client(CLIENT) as http:
        assert (await http.get(LISTED)).status_code == 403
        assert (await http.get(path("1", 40))).status_code == 403
    async with harness.client(OTHER_RESELLER) as http:
        assert (await http.get(path("1", 40))).status_code == 404
    for stranger, status in ((OTHER_RESELLER, 404), (RESELLER_BASIC, 403), (CLIENT, 403), (SQP, 403)):
        assert (await change(harness, path("1", 40), stranger, note="x")).status_code == status
    assert (await listed(harness))["items"][0]["note"] == ""


async def test_the_list_is_to_be_had_as_a_file(harness: Harness, register: Any) -> None:
    await register("1", ends_in=40)
    await register("2", ends_in=50)
    await change(harness, path("1", 40), state="lost", lost_reason="no_answer", note="=formule")
    async with harness.client(RESELLER, Accept="text/csv") as http:
        text = (await http.get(LISTED, params={"state": "lost"})).text
    heading, line = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    shown = dict(zip(heading, line, strict=True))
    assert (shown["N° de contrat"], shown["État"], shown["Motif"]) == ("1", "Perdu", "Sans réponse")
    assert (shown["Fin de garantie"], shown["Note"]) == (f"{ending(40):%d/%m/%Y}", "'=formule")
    async with harness.client(SQP, Accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") as http:
        workbook = await http.get(LISTED)
    assert workbook.content.startswith(b"PK")

"""What a person keeps of a list is that person's own: views under a name, and hidden columns."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from services.identity.tests.conftest import OFFICE

from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP

CONTRACTS = "/me/lists/contracts"
EXPIRING = "validity=expiring&sort=warranty_ends_on"


async def save(world: Any, name: str, by: Any = RESELLER, of: str = CONTRACTS, query: str = "") -> httpx.Response:
    answer: httpx.Response = await world.call("POST", f"{of}/views", by, json={"name": name, "query": query})
    return answer


async def kept(world: Any, by: Any = RESELLER, of: str = CONTRACTS) -> dict[str, Any]:
    answer: dict[str, Any] = (await world.call("GET", of, by)).json()
    return answer


async def names(world: Any, by: Any = RESELLER, of: str = CONTRACTS) -> list[str]:
    return [view["name"] for view in (await kept(world, by, of))["views"]]


async def test_a_view_keeps_filters_and_sort_under_a_name_of_ones_own(world: Any) -> None:
    assert (await save(world, "Échéances", query=EXPIRING)).status_code == 201
    assert (await save(world, "disques", query="q=WD40+%C3%A9")).status_code == 201
    found = (await kept(world))["views"]
    assert [(view["name"], view["query"]) for view in found] == [("disques", "q=WD40+%C3%A9"), ("Échéances", EXPIRING)]


@pytest.mark.parametrize("other", [RESELLER_BASIC, CLIENT, SQP], ids=["colleague", "client", "sqp"])
async def test_nobody_else_sees_or_changes_a_view(world: Any, other: Any) -> None:
    made = (await save(world, "À moi")).json()
    place = f"{CONTRACTS}/views/{made['id']}"
    assert await names(world, other) == []
    assert (await world.call("GET", place, other)).json()["code"] == "view_not_found"
    answers = [
        await world.call("PATCH", place, other, json={"name": "À moi"}, headers={"If-Match": '"1"'}),
        await world.call("DELETE", place, other, headers={"If-Match": '"1"'}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert await names(world) == ["À moi"]
    assert (await save(world, "À moi", other)).status_code == 201


async def test_each_list_has_views_of_its_own(world: Any) -> None:
    made = (await save(world, "Ouverts", of="/me/lists/incidents", query="open=true")).json()
    assert await names(world) == []
    assert (await world.call("GET", f"{CONTRACTS}/views/{made['id']}", RESELLER)).status_code == 404
    assert (await world.call("GET", "/me/lists/clients", RESELLER)).status_code == 422


async def test_who_only_reads_keeps_views_and_columns_too(world: Any) -> None:
    assert (await save(world, "Les miens", RESELLER_BASIC)).status_code == 201
    put = await world.call("PUT", f"{CONTRACTS}/hidden-columns", RESELLER_BASIC, json={"columns": ["client"]})
    assert put.status_code == 204
    assert (await kept(world, RESELLER_BASIC))["hidden"] == ["client"]


async def test_a_program_keeps_nothing(world: Any) -> None:
    assert (await world.call("GET", CONTRACTS, OFFICE)).status_code == 403


async def test_a_name_is_taken_once_in_a_list_whatever_its_case(world: Any) -> None:
    await save(world, "Retours")
    again = await save(world, "RÉTOURS")
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "name_taken", "name")
    other = (await save(world, "Départs")).json()
    place = f"{CONTRACTS}/views/{other['id']}"
    taken = await world.call("PATCH", place, RESELLER, json={"name": "retours"}, headers={"If-Match": '"1"'})
    assert taken.json()["code"] == "name_taken"
    renamed = await world.call("PATCH", place, RESELLER, json={"name": "DÉPARTS"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.headers["etag"]) == (204, '"2"')
    assert await names(world) == ["DÉPARTS", "Retours"]


async def test_a_view_is_changed_and_removed_in_the_version_that_was_seen(world: Any) -> None:
    place = f"{CONTRACTS}/views/{(await save(world, 'A')).json()['id']}"
    await world.call("PATCH", place, RESELLER, json={"name": "B"}, headers={"If-Match": '"1"'})
    stale = await world.call("DELETE", place, RESELLER, headers={"If-Match": '"1"'})
    assert (stale.status_code, await names(world)) == (412, ["B"])
    assert (await world.call("DELETE", place, RESELLER, headers={"If-Match": '"2"'})).status_code == 204
    assert await names(world) == []


async def test_twenty_views_of_a_list_are_enough_even_at_once(world: Any) -> None:
    for number in range(19):
        await save(world, f"Vue {number}")
    answers = await asyncio.gather(*(save(world, f"Encore {number}") for number in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "too_many_views"}
    assert (await save(world, "Incidents", of="/me/lists/incidents")).status_code == 201


async def test_hidden_columns_are_those_that_were_said_last(world: Any) -> None:
    for columns in (["client", "serial_number", "client"], ["extensions"]):
        put = await world.call("PUT", f"{CONTRACTS}/hidden-columns", RESELLER, json={"columns": columns})
        assert put.status_code == 204
    assert (await kept(world))["hidden"] == ["extensions"]
    assert (await kept(world, of="/me/lists/incidents"))["hidden"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "query": ""},
        {"name": "x", "query": "q=é"},
        {"name": "x", "query": "q=a b"},
        {"name": "x", "query": "q=a#b"},
        {"name": "x", "query": "//exemple.fr"},
        {"name": "x", "query": "q=" + "x" * 3000},
        {"name": "x"},
        {"name": "x", "query": "", "is_shared": True},
    ],
)
async def test_a_view_holds_the_end_of_an_address_and_nothing_else(world: Any, body: Any) -> None:
    assert (await world.call("POST", f"{CONTRACTS}/views", RESELLER, json=body)).status_code == 422

"""Declaring: who may, on which contract, with which number, serials, address and files."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chassis.messaging.inbox import record
from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    back_office,
)
from events.contracts import ContractChanged, ContractExtended
from events.incidents import FilesAttached, IncidentDeclared
from incidents.models import DayCounter
from web import clock


async def refused(desk: Any, by: Any = RESELLER, **changes: Any) -> tuple[int, str]:
    answer = await desk.as_(by).post("/incidents", json=desk.declaration(**changes))
    return answer.status_code, answer.json()["code"]


async def test_a_contract_is_accepted_as_soon_as_its_event_has_arrived(desk: Any) -> None:
    assert await refused(desk) == (404, "contract_not_found")
    await desk.register()
    answer = await desk.as_(RESELLER).post("/incidents", json=desk.declaration())
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/incidents/{answer.json()['number']}"
    assert answer.headers["etag"] == '"1"'


async def test_a_declaration_is_told_with_what_others_need_to_act(open_desk: Any) -> None:
    number = await open_desk.declare(serial_numbers=["z9cbpm5m"])
    [told] = await open_desk.harness.told()
    assert isinstance(told, IncidentDeclared)
    assert (told.number, told.version, told.status, told.contract_number) == (number, 1, "new", "29962")
    assert (told.reseller_id, told.client_id) == (RESELLER.organisation_id, CLIENT.organisation_id)
    assert (told.client_name, told.product_reference) == ("Client Test", "TS-131K-1TIW")
    assert told.serial_numbers == ["Z9CBPM5M"]
    assert (told.actor.user_id, told.actor.organisation_kind) == (RESELLER.user_id, "reseller")


async def test_the_number_is_the_guides(open_desk: Any, at: Any) -> None:
    at(datetime(2020, 12, 23, 10, tzinfo=UTC))
    day = clock.today()
    await open_desk.register(number="1", starts_on=day, warranty_ends_on=day)
    assert [await open_desk.declare(contract_number="1") for _ in range(2)] == ["20122301", "20122302"]


async def test_the_day_changes_at_midnight_in_paris(open_desk: Any, at: Any) -> None:
    await open_desk.register(
        number="1",
        starts_on=datetime(2020, 1, 1).date(),
        warranty_ends_on=datetime(2021, 1, 1).date(),
    )
    numbers = []
    # Winter: Paris is one hour ahead of UTC. Summer: two.
    for moment in (
        datetime(2020, 12, 23, 22, 59, 59, tzinfo=UTC),
        datetime(2020, 12, 23, 23, 0, 0, tzinfo=UTC),
        datetime(2020, 7, 14, 21, 59, 59, tzinfo=UTC),
        datetime(2020, 7, 14, 22, 0, 0, tzinfo=UTC),
    ):
        at(moment)
        numbers.append(await open_desk.declare(contract_number="1"))
    assert numbers == ["20122301", "20122401", "20071401", "20071501"]


async def test_the_hundredth_incident_of_a_day_has_three_digits_and_sorts_last(open_desk: Any) -> None:
    day = clock.today()
    async with open_desk.harness.service.database.transaction() as session:
        session.add(DayCounter(day=day, value=98))
    numbers = [await open_desk.declare() for _ in range(3)]
    assert [number[6:] for number in numbers] == ["99", "100", "101"]
    listed = (await open_desk.as_(RESELLER).get("/incidents", params={"sort": "number"})).json()["items"]
    assert [row["number"] for row in listed] == numbers


async def test_concurrent_declarations_neither_share_nor_skip_a_number(open_desk: Any) -> None:
    numbers = await asyncio.gather(*(open_desk.declare(by) for by in (RESELLER, CLIENT) * 8))
    assert sorted(int(number[6:]) for number in numbers) == list(range(1, 17))


async def test_a_refused_declaration_uses_no_number_up(open_desk: Any) -> None:
    await refused(open_desk, serial_numbers=["UNKNOWN"])
    assert (await open_desk.declare())[6:] == "01"
    async with open_desk.harness.service.database.transaction() as session:
        assert (await session.scalars(select(DayCounter.value))).all() == [1]


@pytest.mark.parametrize(
    ("starts", "ends", "code", "days"),
    [(-30, -1, "contract_expired", -1), (1, 30, "contract_not_started", 1)],
)
async def test_a_contract_that_does_not_cover_today_is_refused_with_the_date(
    desk: Any, starts: int, ends: int, code: str, days: int
) -> None:
    today = clock.today()
    await desk.register(starts_on=today + timedelta(days=starts), warranty_ends_on=today + timedelta(days=ends))
    for language in ("fr", "en"):
        http = desk.as_(RESELLER, **{"Accept-Language": language})
        problem = (await http.post("/incidents", json=desk.declaration())).json()
        assert (problem["status"], problem["code"], problem["field"]) == (409, code, "contract_number")
        assert f"{today + timedelta(days=days):%d/%m/%Y}" in problem["title"]
    assert await desk.harness.told() == []


@pytest.mark.parametrize(("starts", "ends"), [(0, 30), (-30, 0), (0, 0)])
async def test_both_ends_of_the_cover_are_covered(desk: Any, starts: int, ends: int) -> None:
    today = clock.today()
    await desk.register(starts_on=today + timedelta(days=starts), warranty_ends_on=today + timedelta(days=ends))
    await desk.declare()


async def test_today_is_todays_in_paris(desk: Any, at: Any) -> None:
    day = datetime(2020, 12, 23).date()
    await desk.register(starts_on=day - timedelta(days=9), warranty_ends_on=day)
    at(datetime(2020, 12, 23, 22, 59, tzinfo=UTC))
    await desk.declare()
    at(datetime(2020, 12, 23, 23, 0, tzinfo=UTC))
    assert await refused(desk) == (409, "contract_expired")


async def test_an_extension_opens_an_expired_contract_again(desk: Any) -> None:
    today = clock.today()
    ended = desk.cover(starts_on=today - timedelta(days=9), warranty_ends_on=today - timedelta(days=1))
    await desk.harness.deliver(ended)
    assert await refused(desk) == (409, "contract_expired")
    state = {**ended.model_dump(), "version": 2, "warranty_ends_on": today}
    await desk.harness.deliver(ContractExtended(**state, previous_warranty_ends_on=ended.warranty_ends_on))
    await desk.declare()


async def test_older_and_repeated_contract_events_change_nothing(desk: Any) -> None:
    today = clock.today()
    newest = desk.cover(version=3)
    event_id = uuid4()
    await desk.harness.deliver(newest, event_id=event_id)
    older = {**newest.model_dump(), "version": 2, "warranty_ends_on": today - timedelta(days=1)}
    await desk.harness.deliver(ContractChanged(**older))
    assert await desk.harness.deliver(newest, event_id=event_id) == 0
    await desk.declare()


async def test_a_handled_event_is_in_the_inbox_of_its_consumer_alone(desk: Any) -> None:
    event_id: UUID = uuid4()
    await desk.harness.deliver(desk.cover(), event_id=event_id)
    async with desk.harness.service.database.transaction() as session:
        assert not await record(session, "incidents.covers", event_id)
        assert await record(session, "incidents.files", event_id)


@pytest.mark.parametrize("by", [OTHER_RESELLER, OTHER_CLIENT])
async def test_a_foreign_contract_is_the_same_404_as_a_missing_one(open_desk: Any, by: Any) -> None:
    foreign = await open_desk.as_(by).post("/incidents", json=open_desk.declaration())
    missing = await open_desk.as_(by).post("/incidents", json=open_desk.declaration(contract_number="4"))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"] == "contract_not_found"


@pytest.mark.parametrize("by", [RESELLER_BASIC, CLIENT_BASIC, back_office("incidents:read")])
async def test_only_administrators_declare(open_desk: Any, by: Any) -> None:
    assert await refused(open_desk, by) == (403, "forbidden")


@pytest.mark.parametrize("by", [RESELLER, CLIENT])
async def test_the_incident_keeps_the_contract_and_the_names_of_that_day(open_desk: Any, by: Any) -> None:
    await open_desk.organisation("client", "CLI-0001", "Client de ce Jour")
    number = await open_desk.declare(by, serial_numbers=["Q207B17555", "Z9CBPM5M"])
    await open_desk.organisation("client", "CLI-0001", "Client Renommé", version=2)
    changed = {**open_desk.cover().model_dump(), "version": 2, "product_reference": "OTHER", "articles": []}
    await open_desk.harness.deliver(ContractChanged(**changed))
    seen = await open_desk.incident(number, by)
    assert seen["contract"]["product_reference"] == "TS-131K-1TIW"
    assert seen["contract"]["warranty_ends_on"] == (clock.today() + timedelta(days=335)).isoformat()
    assert (seen["client"]["name"], seen["client"]["email"]) == ("Client de ce Jour", "a@b.fr")
    assert [article["product_reference"] for article in seen["articles"]] == ["TS-131K", "ST1000VN002"]
    assert seen["declared_by"]["name"] == by.name
    assert (seen["nature_label"], seen["status_label"]) == ("Produit défectueux", "Déclaré")


async def test_a_contract_without_articles_counts_as_one_article(desk: Any) -> None:
    await desk.register(articles=[])
    number = await desk.declare()
    [article] = (await desk.incident(number))["articles"]
    assert (article["serial_number"], article["product_reference"]) == ("Q207B17555", "TS-131K-1TIW")


@pytest.mark.parametrize("serials", [["S0MEONE"], ["Q207B17555", "S0MEONE"]])
async def test_a_serial_that_the_contract_lacks_is_named(open_desk: Any, serials: list[str]) -> None:
    problem = (
        await open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration(serial_numbers=serials))
    ).json()
    assert (problem["status"], problem["code"]) == (409, "unknown_serial")
    assert (problem["serial"], problem["field"]) == ("S0MEONE", "serial_numbers")


async def test_the_contracts_own_serial_is_no_article_when_it_has_articles(desk: Any) -> None:
    await desk.register(serial_number="KIT-1")
    assert await refused(desk, serial_numbers=["KIT-1"]) == (409, "unknown_serial")


async def test_a_serial_of_another_contract_is_refused(open_desk: Any) -> None:
    await open_desk.register(number="2", serial_number="OTHER-1", articles=[])
    assert await refused(open_desk, serial_numbers=["OTHER-1"]) == (409, "unknown_serial")


async def test_the_files_named_are_told_with_their_scope(open_desk: Any) -> None:
    files = [uuid4(), uuid4()]
    number = await open_desk.declare(file_ids=[str(file) for file in files])
    declared, attached = await open_desk.harness.told()
    assert isinstance(attached, FilesAttached)
    assert (declared.version, attached.version) == (1, 2)
    assert (attached.number, attached.file_ids, attached.scope) == (number, files, "declaration")
    assert attached.actor.user_id == RESELLER.user_id
    assert (await open_desk.incident(number))["version"] == 2


async def test_a_repeated_submission_declares_once(open_desk: Any) -> None:
    http = open_desk.as_(RESELLER, **{"Idempotency-Key": "declare-1"})
    first = await http.post("/incidents", json=open_desk.declaration())
    again = await http.post("/incidents", json=open_desk.declaration())
    other = await http.post("/incidents", json=open_desk.declaration(title="Autre"))
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert len(await open_desk.harness.told(IncidentDeclared)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unknown": 1}, "unknown"),
        ({"title": "\u0000\u200b"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": " "}, "title"),
        ({"description": "x" * 10_001}, "description"),
        ({"description": "\u0000\u3164"}, "description"),
        ({"description": ""}, "description"),
        ({"nature": "broken"}, "nature"),
        ({"serial_numbers": []}, "serial_numbers"),
        ({"serial_numbers": ["a\u0000"]}, "serial_numbers.0"),
        ({"serial_numbers": "Q207B17555"}, "serial_numbers"),
        ({"contract_number": "\u0000"}, "contract_number"),
        ({"file_ids": ["nonsense"]}, "file_ids.0"),
        ({"file_ids": ["6f1d3f0e-0000-4000-8000-000000000001"] * 2}, "file_ids"),
        ({"delivery_address": {}}, "delivery_address"),
        ({"delivery_address": {"address": {"street": "x"}, "address_id": str(uuid4())}}, "delivery_address.address."),
        ({"linked_to": "x"}, "linked_to"),
    ],
)
async def test_malformed_declarations_are_refused_by_field(open_desk: Any, changes: dict[str, Any], field: str) -> None:
    answer = await open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration(**changes))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    fields = [error["field"] for error in answer.json()["errors"]]
    assert all(named == field or named.startswith(field) for named in fields), fields
    assert await open_desk.harness.told() == []


async def test_malformed_json_is_refused(open_desk: Any) -> None:
    answer = await open_desk.as_(RESELLER).post(
        "/incidents", content=b"{", headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


@pytest.mark.parametrize(("language", "label"), [("fr", "Produit endommagé"), ("en", "Damaged product")])
async def test_what_a_declaration_may_say_comes_from_the_service(open_desk: Any, language: str, label: str) -> None:
    answer = await open_desk.as_(CLIENT).get("/incidents/choices", headers={"Accept-Language": language})
    assert {"value": "damaged", "label": label} in answer.json()["natures"]
    assert answer.json()["files"] == {"count": 20, "size": 20 * 1024 * 1024}

"""SQP declares for a reseller or a client that telephones: whose the declaration is, and who may do what with it."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import (
    CLIENT,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    back_office,
    person,
)
from events.incidents import FilesAttached, IncidentDeclared
from web.auth.principal import Principal

BY_NAME = {"organisation": "reseller", "caller_name": "M. Durand"}
FOR_CLIENT = {"organisation": "client", "caller_name": "Mme Petit"}
SQP_BASIC = person("sqp", "SQP", "basic")
COLLEAGUE = person("sqp", "SQP", name="Bruno")


async def declare(desk: Any, by: Principal = SQP, on_behalf: Any = None, **changes: Any) -> Any:
    body = desk.declaration(on_behalf=on_behalf or BY_NAME, **changes)
    return await desk.as_(by).post("/incidents", json=body)


async def number_of(desk: Any, **changes: Any) -> str:
    answer = await declare(desk, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def refusal(desk: Any, by: Principal = SQP, **changes: Any) -> tuple[int, str]:
    answer = await declare(desk, by, **changes)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("on_behalf", "kind", "name", "caller"),
    [(BY_NAME, "reseller", "Revendeur Test", "M. Durand"), (FOR_CLIENT, "client", "Client Test", "Mme Petit")],
)
async def test_all_parties_read_who_declared_and_for_whom(
    open_desk: Any, on_behalf: Any, kind: str, name: str, caller: str
) -> None:
    number = await number_of(open_desk, on_behalf=on_behalf)
    for reader in (SQP, RESELLER, CLIENT):
        seen = await open_desk.incident(number, reader)
        by, called = seen["declared_by"], seen["on_behalf"]
        assert (by["name"], by["organisation_kind"], by["organisation_name"]) == (SQP.name, "sqp", "SQP")
        assert (called["name"], called["organisation_kind"], called["organisation_name"]) == (caller, kind, name)
        assert called["user_id"] is None
        [line] = (await open_desk.as_(reader).get(f"/incidents/{number}/history")).json()["items"]
        assert (line["by"]["organisation_kind"], line["on_behalf"]) == ("sqp", called)


async def test_a_caller_who_has_an_account_is_chosen_and_named_by_it(open_desk: Any) -> None:
    await open_desk.user(RESELLER, last_name="Durand")
    chosen = {"organisation": "reseller", "caller_id": str(RESELLER.user_id)}
    called = (await open_desk.incident(await number_of(open_desk, on_behalf=chosen)))["on_behalf"]
    assert (called["user_id"], called["name"]) == (str(RESELLER.user_id), "Prénom Durand")


async def test_only_people_of_the_organisation_that_calls_are_chosen(open_desk: Any) -> None:
    await open_desk.user(CLIENT)
    await open_desk.user(OTHER_RESELLER)
    await open_desk.user(RESELLER, "disabled")
    for who in (CLIENT, OTHER_RESELLER, RESELLER, SQP, person("reseller", "REV-0001")):
        chosen = {"organisation": "reseller", "caller_id": str(who.user_id)}
        assert await refusal(open_desk, on_behalf=chosen) == (409, "unknown_caller")


async def test_resellers_and_clients_declare_in_their_own_name_alone(open_desk: Any) -> None:
    for by in (RESELLER, CLIENT):
        for on_behalf in (BY_NAME, FOR_CLIENT):
            assert await refusal(open_desk, by, on_behalf=on_behalf) == (403, "nobody_else")
    for by in (OTHER_RESELLER, OTHER_CLIENT):
        assert await refusal(open_desk, by) == (404, "contract_not_found")
    assert await open_desk.harness.told() == []


@pytest.mark.parametrize(
    "by", [SQP_BASIC, RESELLER_BASIC, back_office("incidents:read", "exchanges:write", "contracts:write")]
)
async def test_who_only_reads_declares_for_nobody_and_neither_do_programs(open_desk: Any, by: Principal) -> None:
    assert await refusal(open_desk, by) == (403, "forbidden")
    draft = {"contract_number": "29962", "content": {}}
    assert (await open_desk.as_(by).put(f"/incident-drafts/{uuid4()}", json=draft)).status_code == 403


async def test_sqp_says_for_whom(open_desk: Any) -> None:
    answer = await open_desk.as_(SQP).post("/incidents", json=open_desk.declaration())
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "caller_needed", "on_behalf")
    await open_desk.register(number="2", client=None)
    refused = await refusal(open_desk, on_behalf=FOR_CLIENT, contract_number="2")
    assert refused == (409, "no_client_to_declare_for")


@pytest.mark.parametrize(
    "on_behalf",
    [
        {"organisation": "reseller"},
        {"organisation": "sqp", "caller_name": "Ada"},
        {"organisation": "reseller", "caller_name": "M. Durand", "caller_id": str(uuid4())},
        {"organisation": "reseller", "caller_name": " "},
        {"organisation": "reseller", "caller_name": "x" * 201},
        {"caller_name": "M. Durand"},
    ],
)
async def test_an_unclear_caller_is_refused(open_desk: Any, on_behalf: Any) -> None:
    assert (await declare(open_desk, on_behalf=on_behalf)).status_code == 422


async def test_the_event_names_sqp_as_actor_and_for_whom_it_acted(open_desk: Any) -> None:
    await open_desk.organisation("reseller", "REV-0001", "Martin Informatique")
    await number_of(open_desk)
    [told] = await open_desk.harness.told()
    assert isinstance(told, IncidentDeclared)
    assert (told.actor.user_id, told.actor.organisation_kind) == (SQP.user_id, "sqp")
    assert told.on_behalf is not None
    assert (told.on_behalf.organisation_id, told.on_behalf.organisation_kind) == (RESELLER.organisation_id, "reseller")
    assert (told.on_behalf.organisation_name, told.on_behalf.name) == ("Martin Informatique", "M. Durand")


async def test_the_event_of_a_party_that_declares_itself_names_nobody_else(open_desk: Any) -> None:
    await open_desk.declare(RESELLER)
    [told] = await open_desk.harness.told(IncidentDeclared)
    assert told.on_behalf is None


async def test_the_party_is_the_declarer_and_may_cancel(open_desk: Any) -> None:
    number = await number_of(open_desk, on_behalf=FOR_CLIENT)
    assert (await open_desk.try_move(number, "cancelled", RESELLER)).json()["code"] == "transition_not_yours"
    assert (await open_desk.try_move(number, "cancelled", CLIENT)).status_code == 200


async def test_files_of_the_agent_are_the_declarations_and_go_by_the_agents_or_the_partys_hand(open_desk: Any) -> None:
    files = [uuid4() for _ in range(4)]
    number = await number_of(open_desk, on_behalf=FOR_CLIENT, file_ids=[str(one) for one in files])
    [named] = await open_desk.harness.told(FilesAttached)
    assert (named.scope, named.actor.user_id) == ("declaration", SQP.user_id)
    for one in files:
        await open_desk.bound(number, "declaration", one, SQP)
    for one, remover in zip(files, (SQP, COLLEAGUE, RESELLER, CLIENT), strict=True):
        shown = {each["file_id"]: each for each in (await open_desk.incident(number, remover))["attachments"]}
        assert shown[str(one)]["removable"]
        assert (await open_desk.as_(remover).delete(f"/incidents/{number}/files/{one}")).status_code == 204


async def test_the_party_and_sqp_complete_what_sqp_declared_and_sqp_nothing_else(open_desk: Any) -> None:
    for_client = await number_of(open_desk, on_behalf=FOR_CLIENT)
    for by in (SQP, RESELLER, CLIENT):
        assert "declaration" in (await open_desk.incident(for_client, by))["actions"]["attach"]
        await open_desk.attached(for_client, "declaration", by)
    for_reseller = await number_of(open_desk, title="Autre")
    assert "declaration" not in (await open_desk.incident(for_reseller, CLIENT))["actions"]["attach"]
    own = await open_desk.declare(RESELLER, title="Le sien")
    assert (await open_desk.attach(own, "declaration", SQP, uuid4())).json()["code"] == "declaration_not_yours"


async def test_sqp_takes_no_file_off_that_the_party_added(open_desk: Any) -> None:
    number = await number_of(open_desk)
    file = await open_desk.attached(number, "declaration", RESELLER)
    assert (await open_desk.as_(SQP).delete(f"/incidents/{number}/files/{file}")).json()["code"] == "file_not_yours"


async def test_addresses_on_offer_are_the_callers_organisations_and_the_clients(open_desk: Any) -> None:
    of_reseller = await open_desk.address("reseller", "REV-0001", "Revendeur Test", label="Dépôt")
    of_client = await open_desk.address("client", "CLI-0001", "Client Test")
    of_other = await open_desk.address("client", "CLI-0002", "Autre Client")
    answer = await open_desk.as_(SQP).get("/delivery-addresses", params={"contract": "29962"})
    offered = {each["id"]: each["organisation_id"] for each in answer.json()["items"]}
    assert offered == {
        str(of_client): str(CLIENT.organisation_id),
        str(of_reseller): str(RESELLER.organisation_id),
    }
    for on_behalf, address, is_taken in (
        (BY_NAME, of_reseller, True),
        (BY_NAME, of_client, True),
        (FOR_CLIENT, of_client, True),
        (FOR_CLIENT, of_reseller, False),
        (FOR_CLIENT, of_other, False),
    ):
        chosen: dict[str, Any] = {
            "title": f"{on_behalf}{address}"[:200],
            "delivery_address": {"address_id": str(address)},
        }
        answer = await declare(open_desk, on_behalf=on_behalf, **chosen)
        assert answer.status_code == (201 if is_taken else 409), (on_behalf, address)
        assert is_taken or answer.json()["code"] == "unknown_address"


async def test_two_calls_of_the_agents_form_make_one_incident(open_desk: Any) -> None:
    answers = await asyncio.gather(*(declare(open_desk) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    again = await declare(open_desk, on_behalf=FOR_CLIENT)
    assert again.json()["code"] == "declared_already", "the same call, taken down for the other party"
    assert (await declare(open_desk, COLLEAGUE)).status_code == 201
    assert (await open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration())).status_code == 201


async def test_a_repeated_request_gets_the_answer_of_the_first_unless_it_names_another_caller(open_desk: Any) -> None:
    http = open_desk.as_(SQP, **{"Idempotency-Key": "call-1"})
    sent = [
        await http.post("/incidents", json=open_desk.declaration(on_behalf=on_behalf))
        for on_behalf in (BY_NAME, BY_NAME, FOR_CLIENT)
    ]
    assert [answer.status_code for answer in sent] == [201, 201, 422]
    assert sent[0].json() == sent[1].json()


async def test_drafts_are_the_agents_own(open_desk: Any) -> None:
    draft, body = uuid4(), {"contract_number": "29962", "content": {"title": "Au téléphone"}}
    assert (await open_desk.as_(SQP).put(f"/incident-drafts/{draft}", json=body)).status_code == 200
    seen = [(await open_desk.as_(who).get(f"/incident-drafts/{draft}")).status_code for who in (SQP, COLLEAGUE, CLIENT)]
    assert seen == [200, 404, 404]


async def test_the_promise_begins_with_the_call(open_desk: Any, at: Any) -> None:
    at(datetime(2026, 5, 22, 13, 59, 59, tzinfo=UTC))
    day = datetime(2026, 1, 1).date()
    await open_desk.register(number="3", starts_on=day, warranty_ends_on=day.replace(year=2027))
    promise = (await open_desk.incident(await number_of(open_desk, contract_number="3")))["promise"]
    assert (promise["dispatch_on"], promise["state"]) == ("2026-05-26", "running")


async def test_the_desks_queue_has_it_free_and_to_be_looked_at(open_desk: Any) -> None:
    own, taken_down = await open_desk.declare(RESELLER), await number_of(open_desk, title="Au téléphone")
    rows = {each["number"]: each for each in (await open_desk.as_(COLLEAGUE).get("/desk")).json()["items"]}
    assert rows[taken_down]["action"] == rows[own]["action"]
    assert rows[taken_down]["assignee"] is None


async def test_the_agent_sees_what_is_open_on_the_product_whoever_declared_it(open_desk: Any) -> None:
    numbers = {await open_desk.declare(by) for by in (RESELLER, CLIENT)} | {await number_of(open_desk, title="Autre")}
    params = {"open": "true", "serial": ["Q207B17555"]}
    rows = (await open_desk.as_(SQP).get("/incidents", params=params)).json()["items"]
    assert {row["number"] for row in rows} == numbers


@pytest.mark.parametrize(
    ("language", "column", "said"),
    [
        ("fr", "Déclaré par", f"{SQP.name} (SQP) pour Revendeur Test, M. Durand, par téléphone"),
        ("en", "Declared by", f"{SQP.name} (SQP) for Revendeur Test, M. Durand, by telephone"),
    ],
)
async def test_a_file_of_the_list_says_who_declared_and_for_whom(
    open_desk: Any, language: str, column: str, said: str
) -> None:
    await number_of(open_desk)
    await open_desk.declare(CLIENT, title="Le sien")
    for reader in (SQP, RESELLER, CLIENT):
        http = open_desk.as_(reader, **{"Accept": "text/csv", "Accept-Language": language})
        answer = (await http.get("/incidents")).content.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(answer), delimiter=";")
        assert [row[column] for row in rows] == [CLIENT.name, said]


async def test_a_text_that_sqp_took_down_is_found_as_sqps(open_desk: Any) -> None:
    await number_of(open_desk, description="Un ronronnement intempestif")
    answer = await open_desk.as_(RESELLER).get("/incidents/texts", params={"q": "ronronnement", "part": "message"})
    [hit] = answer.json()["items"]
    assert (hit["by_name"], hit["by_kind"]) == (SQP.name, "sqp")

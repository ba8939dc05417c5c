"""Organisations, a reseller's clients and their access, the back office's word."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, back_office
from events import organisation_id
from events.identity import OrganisationChanged

OFFICE = back_office("identity:write")


async def test_names_stand_as_in_a_french_directory(world: Any) -> None:
    directory = ["Adam", "bruno", "Étienne", "évariste", "Ève", "Zoé"]
    for name in reversed(directory):
        assert (await world.call("POST", "/clients", RESELLER, json={"name": name})).status_code == 201
    pages: list[Any] = []
    cursor = None
    while cursor or not pages:
        params = {"sort": "name", "limit": 2, **({"cursor": cursor} if cursor else {})}
        pages.append((await world.call("GET", "/clients", RESELLER, params=params)).json())
        cursor = pages[-1]["next"]
    names = [client["name"] for page in pages for client in page["items"]]
    assert [name for name in names if name in directory] == directory


@pytest.mark.parametrize(
    ("who", "heading", "codes"),
    [
        (RESELLER, "Nom;Code;Téléphone;E-mail;Accès au portail", {"CLI-0001"}),
        (SQP, "Nom;Code;Téléphone;E-mail;Accès au portail;Revendeur", {"CLI-0001", "CLI-0002"}),
    ],
    ids=["reseller", "sqp"],
)
async def test_clients_are_exported_for_those_who_see_them(world: Any, who: Any, heading: str, codes: set[str]) -> None:
    answer = await world.call("GET", "/clients", who, headers={"Accept": "text/csv"})
    first, *lines = answer.text.removeprefix("\ufeff").splitlines()
    assert first == heading
    assert {line.split(";")[1] for line in lines} == codes
    assert (await world.call("GET", "/clients", CLIENT, headers={"Accept": "text/csv"})).status_code == 403


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ("UPDATE users SET status = 'active'", "Ouvert"),
        ("UPDATE users SET status = 'invited'", "Invité"),
        ("UPDATE users SET status = 'disabled'", "Comptes désactivés"),
        ("UPDATE organisations SET portal_access = false", "Fermé"),
    ],
)
async def test_the_export_says_whether_anybody_of_a_client_comes_in(world: Any, change: str, access: str) -> None:
    column = "id" if "organisations" in change else "organisation_id"
    await world.sql(f"{change} WHERE {column} = :id", id=CLIENT.organisation_id)
    answer = await world.call("GET", "/clients", RESELLER, headers={"Accept": "text/csv"})
    assert [line.split(";")[4] for line in answer.text.splitlines()[1:]] == [access]


async def test_an_administrator_changes_the_organisation(world: Any, told: Any) -> None:
    changed = await world.change("/organisation", CLIENT, {"name": "Nouveau", "phone": "0102030405"})
    assert (changed.json()["name"], changed.json()["version"]) == ("Nouveau", 2)
    [event] = await told(OrganisationChanged)
    assert (event.name, event.version, event.reseller_id) == ("Nouveau", 2, RESELLER.organisation_id)


async def test_a_reseller_sees_its_own_clients_and_sqp_sees_all(world: Any) -> None:
    async def codes(principal: Any) -> set[str]:
        return {client["code"] for client in (await world.call("GET", "/clients", principal)).json()["items"]}

    assert await codes(RESELLER) == {"CLI-0001"}
    assert await codes(OTHER_RESELLER) == {"CLI-0002"}
    assert await codes(SQP) == {"CLI-0001", "CLI-0002"}
    found = await world.call("GET", "/clients", SQP, params={"q": "cli-0002"})
    assert found.json()["total"] == 1
    resellers = (await world.call("GET", "/resellers", SQP)).json()["items"]
    assert [reseller["code"] for reseller in resellers] == ["REV-0001", "REV-0002"]


async def test_a_client_says_whose_it_is_and_sqp_reads_the_reseller(world: Any) -> None:
    [client] = (await world.call("GET", "/clients", SQP, params={"q": "cli-0002"})).json()["items"]
    assert client["reseller_name"] == "Organisation REV-0002"
    one = await world.call("GET", f"/clients/{CLIENT.organisation_id}", RESELLER)
    assert one.json()["reseller_name"] == "Organisation REV-0001"
    path = f"/resellers/{RESELLER.organisation_id}"
    assert (await world.call("GET", path, SQP)).json()["code"] == "REV-0001"
    assert (await world.call("GET", path, RESELLER)).status_code == 403
    assert (await world.call("GET", f"/resellers/{CLIENT.organisation_id}", SQP)).status_code == 404


async def test_a_reseller_sees_who_of_its_client_has_an_account(world: Any) -> None:
    path = f"/clients/{CLIENT.organisation_id}/users"
    people = (await world.call("GET", path, RESELLER)).json()["items"]
    assert {person["login"] for person in people} == {"client", "client_lecteur"}
    assert (await world.call("GET", path, OTHER_RESELLER)).status_code == 404
    assert (await world.call("GET", path, CLIENT)).status_code == 403


async def test_a_client_that_a_reseller_creates_gets_a_code_and_the_id_that_it_gives(world: Any, told: Any) -> None:
    created = await world.call("POST", "/clients", RESELLER, json={"name": "Client Neuf"})
    assert created.status_code == 201
    body = created.json()
    assert body["id"] == str(organisation_id("client", body["code"]))
    assert body["reseller_id"] == str(RESELLER.organisation_id)
    [event] = await told(OrganisationChanged)
    assert event.code == body["code"]


async def test_sqp_names_the_reseller_of_a_client_that_it_creates(world: Any) -> None:
    nameless = await world.call("POST", "/clients", SQP, json={"name": "C"})
    assert nameless.status_code == 422
    named = {"name": "C", "reseller_id": str(RESELLER.organisation_id)}
    assert (await world.call("POST", "/clients", SQP, json=named)).status_code == 201
    wrong = {"name": "C", "reseller_id": str(CLIENT.organisation_id)}
    assert (await world.call("POST", "/clients", SQP, json=wrong)).status_code == 404
    foreign = {"name": "C", "reseller_id": str(OTHER_RESELLER.organisation_id)}
    assert (await world.call("POST", "/clients", RESELLER, json=foreign)).status_code == 404


async def test_a_repeated_creation_with_one_key_creates_one_client(world: Any) -> None:
    headers = {"Idempotency-Key": "one"}
    answers = [await world.call("POST", "/clients", RESELLER, json={"name": "C"}, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await world.call("GET", "/clients", RESELLER)).json()["total"] == 2


@pytest.mark.parametrize(
    ("typed", "is_known"),
    [
        ({"name": "Organisation CLI-0001"}, True),
        ({"name": "ORGANISATION  cli-0001"}, True),
        ({"name": "Autre nom", "email": "CLI-0001@exemple.fr"}, True),
        ({"name": "Organisation CLI-00011"}, False),
        ({"name": "Organisation CLI-0002"}, False),
        ({"name": "Autre nom", "email": ""}, False),
    ],
)
async def test_a_client_of_the_same_name_or_address_is_named_before_a_second_is_made(
    world: Any, typed: dict[str, str], is_known: bool
) -> None:
    """That of another reseller is nobody's business."""
    first = await world.call("POST", "/clients", RESELLER, json=typed)
    assert first.status_code == (409 if is_known else 201)
    if not is_known:
        return
    assert first.json()["code"] == "client_known"
    [known] = first.json()["clients"]
    assert (known["id"], known["name"]) == (str(CLIENT.organisation_id), "Organisation CLI-0001")
    confirmed = await world.call("POST", "/clients", RESELLER, json={**typed, "is_another": True})
    assert confirmed.status_code == 201


async def test_a_reseller_changes_its_client(world: Any) -> None:
    changed = await world.change(f"/clients/{CLIENT.organisation_id}", RESELLER, {"email": ""})
    assert changed.json()["email"] == ""
    assert changed.json()["name"] == "Organisation CLI-0001"


async def test_a_malformed_email_is_wrong_at_its_field(world: Any) -> None:
    refused = await world.call("POST", "/clients", RESELLER, json={"name": "C", "email": "pas une adresse"})
    assert [error["field"] for error in refused.json()["errors"]] == ["email"]


async def test_closing_the_portal_ends_sessions_and_lets_nobody_in_until_it_opens(world: Any, told: Any) -> None:
    browser = (await world.log_in("client", client="browser")).json()["session_token"]
    program = (await world.log_in("client")).json()["refresh_token"]
    path = f"/clients/{CLIENT.organisation_id}/access"
    closed = await world.change(path, RESELLER, {"open": False}, method="POST")
    assert closed.json()["portal_access"] is False
    assert (await world.call("POST", "/auth/exchange", json={"session_token": browser})).status_code == 401
    assert (await world.call("POST", "/auth/refresh", json={"refresh_token": program})).status_code == 401
    assert (await world.log_in("client")).status_code == 401
    await world.change(path, RESELLER, {"open": False}, method="POST")
    await world.change(path, RESELLER, {"open": True}, method="POST")
    assert (await world.log_in("client")).status_code == 200
    assert (await world.call("POST", "/auth/exchange", json={"session_token": browser})).status_code == 401
    assert [(event.portal_access, event.version) for event in await told(OrganisationChanged)] == [
        (False, 2),
        (True, 3),
    ]


async def test_a_login_under_way_while_the_portal_closes_leaves_no_open_session(world: Any) -> None:
    path = f"/clients/{CLIENT.organisation_id}/access"
    login, _ = await asyncio.gather(
        world.log_in("client"), world.change(path, RESELLER, {"open": False}, method="POST")
    )
    if login.status_code == 200:
        token = login.json()["refresh_token"]
        assert (await world.call("POST", "/auth/refresh", json={"refresh_token": token})).status_code == 401


async def test_a_closed_client_invites_nobody(world: Any) -> None:
    await world.sql("UPDATE organisations SET portal_access = false WHERE code = 'CLI-0001'")
    body = {"login": "abc", "first_name": "A", "last_name": "B", "email": "a@b.fr", "role": "basic"}
    assert (await world.call("POST", "/users", CLIENT, json=body)).json()["code"] == "session_over"


async def put(world: Any, path: str, **body: Any) -> Any:
    return await world.call("PUT", f"/backoffice/{path}", OFFICE, json=body)


async def test_the_back_office_creates_and_replaces_organisations(empty: Any, told: Any) -> None:
    await empty.office()
    first = await put(empty, "resellers/REV-0009", name="Revendeur", email="r@exemple.fr")
    again = await put(empty, "resellers/REV-0009", name="Revendeur", email="r@exemple.fr")
    client = await put(empty, "clients/CLI-0009", name="Client", reseller_code="REV-0009", phone="0102030405")
    renamed = await put(empty, "clients/CLI-0009", name="Client renommé", reseller_code="REV-0009", phone="0102030405")
    assert [answer.status_code for answer in (first, again, client, renamed)] == [201, 200, 201, 200]
    assert client.json()["reseller_id"] == first.json()["id"]
    names = [(event.name, event.version) for event in await told(OrganisationChanged)]
    assert names == [("Revendeur", 1), ("Client", 1), ("Client renommé", 2)]


async def test_a_client_wants_a_known_reseller_and_stays_with_it(world: Any) -> None:
    unknown = await put(world, "clients/CLI-0009", name="C", reseller_code="REV-404")
    assert unknown.json()["code"] == "unknown_reseller"
    moved = await put(world, "clients/CLI-0001", name="C", reseller_code="REV-0002")
    assert (moved.status_code, moved.json()["code"]) == (409, "client_of_another_reseller")


async def test_the_back_office_wants_its_scope(world: Any) -> None:
    wrong = back_office("contracts:write")
    answer = await world.call("PUT", "/backoffice/resellers/REV-1", wrong, json={"name": "R"})
    assert answer.status_code == 403


@pytest.mark.parametrize(("name", "status"), [("Booking.com", 201), ("1&1", 201), ("voir http://evil.example", 422)])
async def test_the_back_office_names_companies_and_no_pages(world: Any, name: str, status: int) -> None:
    reseller = await world.call("PUT", "/backoffice/resellers/NOM-1", OFFICE, json={"name": name})
    client = {"name": name, "reseller_code": "REV-0001"}
    assert reseller.status_code == status
    assert (await world.call("PUT", "/backoffice/clients/NOM-2", OFFICE, json=client)).status_code == status

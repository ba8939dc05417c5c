"""A contract without client is given to one of its reseller's, and stays that client's."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, Harness, back_office, person
from events import organisation_id
from events.contracts import ContractChanged
from events.identity import OrganisationChanged

PATH = "/api/v1/contracts/100"
NEW = organisation_id("client", "N-NEW")


async def known(harness: Harness, code: str = "N-NEW", *, reseller: str = "REV-0001", **changes: Any) -> Any:
    told = OrganisationChanged(
        version=changes.pop("version", 1),
        organisation_id=organisation_id("client", code),
        kind="client",
        code=code,
        name=changes.pop("name", "Client Neuf"),
        email="neuf@sqp.example",
        phone="",
        reseller_id=organisation_id("reseller", reseller),
    )
    assert await harness.deliver(told) == 1
    return told.organisation_id


async def give(harness: Harness, client_id: Any = NEW, by: Any = RESELLER, tag: str = '"1"', path: str = PATH) -> Any:
    async with harness.client(by) as http:
        return await http.put(f"{path}/client", json={"client_id": str(client_id)}, headers={"If-Match": tag})


async def test_it_is_the_clients_from_then_on_found_by_its_name_told_and_on_record(
    harness: Harness, register: Any
) -> None:
    await register("100", client=None)
    await known(harness)
    answer = await give(harness)
    assert (answer.status_code, answer.json()["version"], answer.headers["etag"]) == (200, 2, '"2"')
    [told] = await harness.told(ContractChanged)
    assert isinstance(told, ContractChanged)
    assert told.client is not None
    assert (told.version, told.client.organisation_id, told.client.name) == (2, NEW, "Client Neuf")
    assert told.given_by == RESELLER.user_id
    async with harness.client(person("client", "N-NEW")) as http:
        assert (await http.get(PATH)).json()["client"]["name"] == "Client Neuf"
    await known(harness, name="Renommé", version=2)
    async with harness.client(RESELLER) as http:
        for asked, count in (("renomme", 1), ("neuf", 0)):
            assert (await http.get("/api/v1/contracts", params={"q": asked})).json()["total"] == count
        [entry, *_] = (await http.get("/api/v1/audit/contracts")).json()["items"]
    assert (entry["action"], entry["subject"], entry["details"]) == ("contract.give", "100", {"client": str(NEW)})


async def test_the_back_offices_word_without_client_keeps_it_and_with_one_replaces_it(
    harness: Harness, register: Any
) -> None:
    await register("100", client=None)
    await known(harness)
    await give(harness)

    async def now() -> tuple[str, int]:
        async with harness.client(SQP) as http:
            contract = (await http.get(PATH)).json()
        return contract["client"]["code"], contract["version"]

    await register("100", client=None)
    assert await now() == ("N-NEW", 2)
    await register("100", client=None, service_level="J+1")
    assert await now() == ("N-NEW", 3)
    told = (await harness.told(ContractChanged))[-1]
    assert isinstance(told, ContractChanged)
    assert told.client is not None
    assert told.client.organisation_id == NEW
    await register("100", client="CLI-0001", service_level="J+1")
    assert await now() == ("CLI-0001", 4)


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [
        (SQP, 200, None),
        (OTHER_RESELLER, 404, "contract_not_found"),
        (RESELLER_BASIC, 403, "forbidden"),
        (CLIENT, 403, "forbidden"),
        (back_office("contracts:write"), 403, "forbidden"),
    ],
    ids=["sqp", "other reseller", "basic", "client", "back office"],
)
async def test_only_administrators_of_its_reseller_and_sqp_give_it(
    harness: Harness, register: Any, by: Any, status: int, code: str | None
) -> None:
    await register("100", client=None)
    await known(harness)
    answer = await give(harness, by=by)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


async def test_a_client_that_two_resellers_named_at_once_is_whose_identity_says(
    harness: Harness, register: Any
) -> None:
    """Contracts and identity decide each by themselves until the events between them have arrived."""
    await register("100")
    await known(harness, "CLI-0001", reseller="REV-0002", name="Client de l’autre")
    [told] = await harness.told(ContractChanged)
    assert isinstance(told, ContractChanged)
    assert (told.number, told.version, told.client) == ("100", 2, None)
    async with harness.client(CLIENT) as http:
        assert (await http.get(PATH)).status_code == 404
    async with harness.client(RESELLER) as http:
        assert (await http.get(PATH)).json()["client"] is None
        assert (await http.get("/api/v1/contracts", params={"q": "autre"})).json()["total"] == 0
        [entry, *_] = (await http.get("/api/v1/audit/contracts")).json()["items"]
    assert (entry["action"], entry["subject"]) == ("contract.client_of_another_reseller", "100")
    refused = await register("100", refused=True)
    assert refused["code"] == "client_of_another_reseller"


async def test_what_cannot_be_given_is_refused(harness: Harness, register: Any) -> None:
    await register("100", client=None)
    await register("200", client="CLI-0001")
    await known(harness)
    foreign = await known(harness, "N-OTHER", reseller="REV-0002")
    for client in (foreign, organisation_id("client", "N-UNKNOWN"), organisation_id("reseller", "REV-0001")):
        refused = await give(harness, client)
        assert (refused.status_code, refused.json()["code"]) == (409, "unknown_client")
    held = await give(harness, path="/api/v1/contracts/200")
    assert (held.status_code, held.json()["code"]) == (409, "held_already")
    assert (await give(harness, tag='"7"')).status_code == 412
    assert (await give(harness)).status_code == 200
    # Sent again by a second click, nothing changes.
    assert (await give(harness)).json()["version"] == 2
    assert len(await harness.told(ContractChanged)) == 1

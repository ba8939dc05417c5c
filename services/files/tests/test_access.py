"""Who sees which file: every route, every kind of caller."""

from __future__ import annotations

from typing import Any

import pytest
from services.files.tests.pictures import picture

from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    Harness,
    back_office,
    person,
)
from web.auth.principal import Principal

PATHS = ("{}", "{}/content", "{}/thumbnail")
SIDES = {
    "declaration": (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, SQP),
    "client": (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC),
    "sqp": (RESELLER, RESELLER_BASIC, SQP),
    "internal": (SQP,),
}
PEOPLE = (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, SQP, OTHER_RESELLER, OTHER_CLIENT)


async def test_every_operation_is_classified(harness: Harness) -> None:
    paths = harness.app.openapi()["paths"]
    found = {(method, path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods}
    read = {("get", f"/files/{path.format('{file_id}')}") for path in PATHS}
    # test_upload_rules.py says who may upload; the audit trail is the chassis', which says who may read it.
    assert found == {*read, ("delete", "/files/{file_id}"), ("post", "/files"), ("get", "/audit/files")}


@pytest.mark.parametrize("scope", SIDES)
@pytest.mark.parametrize("path", PATHS)
async def test_a_bound_file_is_seen_by_the_sides_of_its_scope_alone(
    sender: Any, incidents: Any, scope: str, path: str
) -> None:
    file = await sender.clean(picture(), "photo.png")
    await incidents.attach(file, scope=scope)
    seen = {person.name: (await sender.get(path.format(file), person)).status_code for person in PEOPLE}
    allowed = {person.name for person in SIDES[scope]}
    assert seen == {name: 200 if name in allowed else 404 for name in seen}


@pytest.mark.parametrize("path", PATHS)
async def test_an_unbound_file_is_its_uploaders_alone(sender: Any, path: str) -> None:
    file = await sender.clean(picture(), "photo.png")
    colleague = person("reseller", "REV-0001", name="collègue")
    others = [who for who in (*PEOPLE, colleague) if who is not RESELLER]
    assert (await sender.get(path.format(file))).status_code == 200
    assert {(await sender.get(path.format(file), who)).status_code for who in others} == {404}


@pytest.mark.parametrize("path", PATHS)
async def test_foreign_and_missing_answer_the_same(sender: Any, path: str) -> None:
    file = await sender.clean(picture(), "photo.png")
    foreign = await sender.get(path.format(file), OTHER_RESELLER)
    missing = await sender.get(path.format("00000000-0000-4000-8000-000000000000"), OTHER_RESELLER)
    ignored = ("instance", "request_id")
    told = [{key: value for key, value in a.json().items() if key not in ignored} for a in (foreign, missing)]
    assert told[0] == told[1]
    assert told[0]["code"] == "file_not_found"


@pytest.mark.parametrize("principal", [None, back_office("contracts:read")])
async def test_nobody_else_reads_or_takes_back(sender: Any, principal: Principal | None) -> None:
    file = await sender.clean(picture(), "photo.png")
    wanted = 401 if principal is None else 403
    for path in PATHS:
        assert (await sender.get(path.format(file), principal)).status_code == wanted
    assert (await sender.delete(file, principal)).status_code == wanted
    assert (await sender.get(file)).status_code == 200


async def test_the_uploader_takes_back_an_unbound_file(sender: Any) -> None:
    file = await sender.clean()
    assert (await sender.delete(file)).status_code == 204
    assert (await sender.get(file)).status_code == 404
    assert (await sender.delete(file)).status_code == 404
    await sender.harness.run_jobs()
    assert await sender.harness.told() == []


async def test_nobody_takes_back_a_file_of_another(sender: Any, incidents: Any) -> None:
    file = await sender.clean()
    assert [(await sender.delete(file, who)).status_code for who in (OTHER_RESELLER, CLIENT, SQP)] == [404] * 3
    assert (await sender.delete(file, RESELLER_BASIC)).status_code == 403
    await incidents.attach(file)
    assert (await sender.delete(file, CLIENT)).status_code == 404
    assert (await sender.get(file)).status_code == 200


async def test_a_bound_file_is_not_taken_back_here(sender: Any, incidents: Any) -> None:
    file = await sender.clean()
    await incidents.attach(file)
    answer = await sender.delete(file)
    assert (answer.status_code, answer.json()["code"]) == (409, "file_attached")


async def test_a_file_id_is_an_id(sender: Any) -> None:
    assert (await sender.get("../../etc/passwd")).status_code == 404
    assert (await sender.get("1")).status_code == 422

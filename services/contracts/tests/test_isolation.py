"""Every operation of the OpenAPI document: nobody, the wrong tenant, the wrong role or scope, the owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

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
from web import clock
from web.auth.principal import Principal

SQP_BASIC = person("sqp", "SQP", "basic")
READS = back_office("contracts:read")
WRITES = back_office("contracts:write")
OTHERWISE = back_office("incidents:read", "identity:write")
SELLERS = (RESELLER, RESELLER_BASIC, SQP, SQP_BASIC, READS)
READERS = (*SELLERS, CLIENT, CLIENT_BASIC)
CLIENTS = (CLIENT, CLIENT_BASIC)

# Per operation: who may not though it is theirs to see, who may, and the status of those.
OPERATIONS: dict[tuple[str, str], tuple[tuple[Principal, ...], tuple[Principal, ...], int]] = {
    ("get", "/contracts"): ((WRITES, OTHERWISE), READERS, 200),
    ("get", "/contracts/{number}"): ((WRITES, OTHERWISE), READERS, 200),
    ("put", "/contracts/{number}/client"): ((RESELLER_BASIC, SQP_BASIC, *CLIENTS, READS, WRITES), (RESELLER, SQP), 200),
    ("get", "/contracts/{number}/reminders"): ((WRITES, OTHERWISE), READERS, 200),
    ("get", "/coverage"): ((WRITES, OTHERWISE), READERS, 200),
    ("get", "/client-summaries"): ((WRITES, OTHERWISE), READERS, 200),
    ("get", "/renewals"): ((*CLIENTS, WRITES, OTHERWISE), SELLERS, 200),
    ("get", "/renewals/{number}/{ends_on}"): ((*CLIENTS, WRITES, OTHERWISE), SELLERS, 200),
    ("patch", "/renewals/{number}/{ends_on}"): (
        (RESELLER_BASIC, SQP, SQP_BASIC, *CLIENTS, READS, WRITES),
        (RESELLER,),
        204,
    ),
}
LISTS = {("get", "/contracts"), ("get", "/client-summaries"), ("get", "/renewals")}
EXPORTS = {("get", "/contracts"), ("get", "/renewals")}
# Of programs of SQP alone, whatever the tenant: the scope that each of them needs.
OF_PROGRAMS = {
    ("get", "/backoffice/contracts/changes"): READS,
    ("put", "/backoffice/contracts/{number}"): WRITES,
    ("post", "/backoffice/contracts/{number}/extensions"): WRITES,
    ("delete", "/backoffice/contracts/{number}/extensions/{order_id}"): WRITES,
    ("get", "/backoffice/extension-offers/{sku}"): WRITES,
    ("put", "/backoffice/extension-offers/{sku}"): WRITES,
    ("get", "/backoffice/products/{reference}"): WRITES,
    ("put", "/backoffice/products/{reference}"): WRITES,
    ("post", "/backoffice/imports"): WRITES,
    ("get", "/backoffice/imports/{import_id}"): WRITES,
    ("get", "/backoffice/imports/{import_id}/errors"): WRITES,
    ("delete", "/backoffice/imports/{import_id}"): WRITES,
}
STRANGERS = (OTHER_RESELLER, OTHER_CLIENT)
ENDS_IN = 40


def walked(operations: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", sorted(operations), ids=lambda operation: " ".join(operation))


class Walk:
    """Calls any operation on contract 1, which the client holds, or 2, which none does, or on one that is missing."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        ends_on = (clock.today() + timedelta(days=ENDS_IN)).isoformat()
        self.others = {"ends_on": ends_on, "order_id": "CMD-1", "sku": "SKU", "reference": "TS", "import_id": uuid4()}

    async def __call__(
        self, operation: tuple[str, str], by: Principal | None, *, missing: bool = False, accept: str = "*/*"
    ) -> httpx.Response:
        method, template = operation
        held = "2" if template.endswith("/client") else "1"
        path = template.format(number="404" if missing else held, **self.others)
        bodies = {"put": {"client_id": str(CLIENT.organisation_id)}, "patch": {"note": "Devis"}}
        parameters = {"serial": "S404" if missing else "S1"} if path == "/coverage" else {}
        async with self.harness.client(by, **{"If-Match": "*", "Accept": accept}) as http:
            return await http.request(method, f"/api/v1{path}", json=bodies.get(method), params=parameters)


@pytest.fixture
async def walk(harness: Harness, register: Any) -> Walk:
    """One contract of others stands beside, so that what is shown to them is not nothing by accident."""
    for number, client in (("1", "CLI-0001"), ("2", None)):
        await register(number, ends_in=ENDS_IN, client=client)
    await register("3", ends_in=ENDS_IN, reseller="REV-0002", client="CLI-0002")
    return Walk(harness)


async def test_every_operation_is_classified(started: Harness) -> None:
    paths = started.app.openapi()["paths"]
    found = {(method, path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods}
    # The audit trail is the chassis', which says who may read it.
    assert found == {*OPERATIONS, *OF_PROGRAMS, ("get", "/audit/contracts")}


@walked([*OPERATIONS, *OF_PROGRAMS])
async def test_nobody_gets_nothing(walk: Walk, operation: tuple[str, str]) -> None:
    answer = await walk(operation, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@walked(OPERATIONS.keys() - LISTS)
async def test_another_tenant_gets_the_answer_of_what_is_missing(walk: Walk, operation: tuple[str, str]) -> None:
    before = (await walk(("get", "/contracts"), SQP)).json()
    for stranger in STRANGERS:
        foreign, missing = [await walk(operation, stranger, missing=missing) for missing in (False, True)]
        assert foreign.status_code == missing.status_code
        if operation == ("get", "/coverage"):
            assert foreign.text.replace("S1", "S404") == missing.text
            continue
        assert foreign.status_code in (403, 404)
        assert foreign.json()["code"] == missing.json()["code"]
    assert (await walk(("get", "/contracts"), SQP)).json() == before


@walked(LISTS)
async def test_lists_counts_and_sums_are_of_what_is_ones_own(walk: Walk, operation: tuple[str, str]) -> None:
    for stranger in STRANGERS:
        answer = await walk(operation, stranger)
        if answer.status_code == 403:
            assert stranger.organisation_kind == "client"
            continue
        shown = answer.json()
        assert len(shown["items"]) == 1
        assert shown.get("total", 1) == 1
        # What expires soon is in force, too.
        assert max(shown.get("counts", {"all": 1}).values()) == 1
        assert "CLI-0001" not in answer.text
        assert "S1" not in answer.text


@walked(EXPORTS)
async def test_a_file_holds_what_is_ones_own(walk: Walk, operation: tuple[str, str]) -> None:
    heading, *rows = (await walk(operation, OTHER_RESELLER, accept="text/csv")).text.splitlines()
    assert "S1" not in heading
    assert len(rows) == 1
    assert "S3" in rows[0]


@walked(OPERATIONS)
async def test_a_wrong_role_or_scope_is_forbidden(walk: Walk, operation: tuple[str, str]) -> None:
    for outsider in OPERATIONS[operation][0]:
        assert (await walk(operation, outsider)).status_code == 403, outsider


@walked(OF_PROGRAMS)
async def test_what_is_of_programs_is_of_no_person_and_no_other_scope(walk: Walk, operation: tuple[str, str]) -> None:
    other = READS if OF_PROGRAMS[operation] is WRITES else WRITES
    for outsider in (SQP, RESELLER, CLIENT, OTHERWISE, other):
        assert (await walk(operation, outsider)).status_code == 403, outsider
    assert (await walk(operation, OF_PROGRAMS[operation])).status_code not in (401, 403)


@walked(OPERATIONS)
async def test_the_owner_may(walk: Walk, operation: tuple[str, str]) -> None:
    _, owners, status = OPERATIONS[operation]
    for owner in owners:
        answer = await walk(operation, owner)
        assert answer.status_code == status, answer.text

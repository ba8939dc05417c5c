"""Every operation of the OpenAPI document: nobody, the wrong tenant, the wrong role, the owner."""

from __future__ import annotations

import re
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
    back_office,
    person,
)
from web.auth.principal import Principal

SQP_BASIC = person("sqp", "SQP", "basic")
# Programs of SQP alone: test_changes.py says who may.
OF_PROGRAMS = {("get", "/backoffice/incidents/changes")}
WRONG_SCOPE = back_office("contracts:write")
BACK_OFFICE = back_office("incidents:read")
FOR_RESELLER = {"organisation": "reseller", "caller_name": "M. Durand"}

# Per operation: how it is called, who may not though it is theirs to see, who may, and the status of those.
OPERATIONS: dict[tuple[str, str], tuple[tuple[Principal, ...], tuple[Principal, ...], int]] = {
    ("get", "/incidents"): ((WRONG_SCOPE,), (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("post", "/incidents"): ((RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER, CLIENT, SQP), 201),
    ("get", "/incidents/choices"): ((WRONG_SCOPE,), (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("get", "/incidents/figures"): ((WRONG_SCOPE, CLIENT), (RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("get", "/incidents/texts"): ((WRONG_SCOPE,), (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("get", "/incidents/{number}"): ((WRONG_SCOPE,), (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("get", "/incidents/{number}/history"): (
        (WRONG_SCOPE,),
        (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE),
        200,
    ),
    ("post", "/incidents/{number}/status"): ((RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), (SQP,), 200),
    ("put", "/incidents/{number}/sharing"): ((RESELLER, CLIENT_BASIC, SQP, BACK_OFFICE), (CLIENT,), 200),
    ("get", "/incidents/{number}/messages"): ((WRONG_SCOPE,), (RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("post", "/incidents/{number}/messages"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER, SQP), 201),
    ("post", "/incidents/{number}/files"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER, SQP), 201),
    ("delete", "/incidents/{number}/files/{file_id}"): ((RESELLER_BASIC, BACK_OFFICE, SQP), (RESELLER,), 204),
    ("get", "/exchanges"): ((WRONG_SCOPE,), (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE), 200),
    ("get", "/incidents/{number}/exchanges"): (
        (WRONG_SCOPE,),
        (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC, BACK_OFFICE),
        200,
    ),
    ("post", "/incidents/{number}/exchanges"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER,), 201),
    ("post", "/incidents/{number}/exchanges/{line}/steps"): (
        (RESELLER_BASIC, SQP_BASIC, BACK_OFFICE),
        (RESELLER,),
        200,
    ),
    ("post", "/incidents/{number}/statements"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER, CLIENT), 204),
    ("get", "/delivery-addresses"): ((BACK_OFFICE,), (RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC), 200),
    ("get", "/incident-drafts/{draft_id}"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER,), 200),
    ("put", "/incident-drafts/{draft_id}"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER, SQP), 200),
    ("delete", "/incident-drafts/{draft_id}"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER,), 204),
    ("get", "/incidents/{number}/draft"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER,), 200),
    ("put", "/incidents/{number}/draft"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER, SQP), 200),
    ("delete", "/incidents/{number}/draft"): ((RESELLER_BASIC, SQP_BASIC, BACK_OFFICE), (RESELLER,), 204),
}
# Of what there is of one's own; a client has none.
FIGURES = {("get", "/incidents/figures")}
LISTS = {("get", "/incidents"), ("get", "/incidents/texts"), ("get", "/exchanges")}
# Of SQP alone, and of no tenant: test_promise_settings.py says who may.
OF_SQP = {
    ("get", "/promise-settings"),
    ("patch", "/promise-settings"),
    ("post", "/promise-settings/closures"),
    ("delete", "/promise-settings/closures/{day}"),
    # test_returns.py and test_parcels.py say who may.
    ("get", "/exchange-settings"),
    ("patch", "/exchange-settings"),
    ("post", "/incidents/{number}/shipments"),
    ("post", "/shipments/{shipment_id}/news"),
    ("put", "/backoffice/shipments/{shipment_id}"),
    ("post", "/backoffice/tracking"),
    # test_desk_queue.py, test_desk_people.py and test_desk_snoozes.py say who may.
    ("get", "/desk"),
    ("get", "/desk/due"),
    ("get", "/desk/people"),
    ("get", "/desk/{number}"),
    ("post", "/desk/next"),
    ("post", "/desk/absent"),
    ("post", "/desk/{number}/take"),
    ("post", "/desk/{number}/assign"),
    ("post", "/desk/{number}/release"),
    ("post", "/desk/{number}/skip"),
    ("post", "/desk/{number}/settle"),
    ("post", "/desk/{number}/snooze"),
    ("post", "/desk/{number}/wake"),
    # test_desk_reminders.py.
    ("post", "/desk/{number}/remind"),
    # test_links.py says who may.
    ("post", "/desk/{number}/links"),
    ("delete", "/desk/{number}/links/{other}"),
    # test_merging.py says who may.
    ("post", "/desk/{number}/merge"),
    ("delete", "/desk/{number}/merge"),
    # test_presence.py says who may.
    ("get", "/desk/presence"),
    ("put", "/desk/{number}/presence/{page_id}"),
    ("delete", "/desk/{number}/presence/{page_id}"),
    # test_saved_views.py says who may.
    ("get", "/desk-views"),
    ("get", "/desk-views/counts"),
    ("post", "/desk-views"),
    ("get", "/desk-views/{view_id}"),
    ("patch", "/desk-views/{view_id}"),
    ("delete", "/desk-views/{view_id}"),
    # test_bulk.py says who may.
    ("get", "/desk-jobs"),
    ("post", "/desk-jobs"),
    ("post", "/desk-jobs/selection"),
    ("post", "/desk-jobs/preview"),
    ("get", "/desk-jobs/{job_id}"),
    ("post", "/desk-jobs/{job_id}/stop"),
    # test_canned_answers.py says who may.
    ("get", "/canned-answers"),
    ("post", "/canned-answers"),
    ("get", "/canned-answers/{answer_id}"),
    ("patch", "/canned-answers/{answer_id}"),
    ("delete", "/canned-answers/{answer_id}"),
    ("post", "/canned-answers/{answer_id}/uses"),
    ("get", "/incidents/{number}/canned-answers"),
    # test_macros.py says who may.
    ("get", "/incidents/{number}/canned-answers/{answer_id}/preview"),
    ("post", "/incidents/{number}/canned-answers/{answer_id}/apply"),
    # test_pending_messages.py says who may.
    ("get", "/incidents/{number}/pending-messages"),
    ("delete", "/incidents/{number}/pending-messages/{message_id}"),
}
# Of them, what a program asks by its scope, and no person.
OF_SCOPE = {
    *OF_PROGRAMS,
    ("put", "/backoffice/shipments/{shipment_id}"),
    ("post", "/backoffice/tracking"),
}
# By the link of a reminder alone: test_returns.py.
BY_LINK = {("post", "/return-answers"), ("post", "/return-answers/question")}
WALK = pytest.mark.parametrize("operation", sorted(OPERATIONS), ids=lambda operation: " ".join(operation))


class Walk:
    """Calls any operation on one incident of contract 29962, or on one that does not exist."""

    def __init__(self, desk: Any, number: str, file_id: Any, draft: Any) -> None:
        self.desk = desk
        self.places = {"number": number, "file_id": str(file_id), "draft_id": str(draft), "line": "1"}
        self.missing = {"number": "20010101", "file_id": str(uuid4()), "draft_id": str(uuid4()), "line": "1"}

    async def __call__(
        self, operation: tuple[str, str], by: Principal | None, *, missing: bool = False
    ) -> httpx.Response:
        method, template = operation
        path = template.format(**(self.missing if missing else self.places))
        contract = "4" if missing else "29962"
        bodies = {
            "/incidents": self.desk.declaration(
                contract_number=contract,
                title="Une autre panne",
                **({"on_behalf": FOR_RESELLER} if by is SQP else {}),
            ),
            "/incidents/{number}/status": {"status": "resolved"},
            "/incidents/{number}/sharing": {"shared_with": "organisation"},
            "/incidents/{number}/messages": {"body": "Bonjour"},
            "/incidents/{number}/files": {"file_ids": [str(uuid4())], "scope": "sqp"},
            "/incidents/{number}/exchanges": {"serial_number": self.desk.DISK.serial_number},
            "/incidents/{number}/exchanges/{line}/steps": {"step": "keep_disk"},
            "/incidents/{number}/statements": {
                "backup": "done",
                "disks": "sent",
                "erased": "yes",
                "encrypted": "no",
            },
            "/incident-drafts/{draft_id}": {"contract_number": contract, "content": {}},
            "/incidents/{number}/draft": {"content": {}},
        }
        parameters = {"thread": "sqp"} if template.endswith(("messages", "draft")) else {}
        if template in ("/delivery-addresses", "/incidents/choices"):
            parameters = {"contract": contract}
        if template == "/incidents/texts":
            parameters = {"q": "voyant"}
        body = bodies.get(template) if method in ("post", "put") else None
        http = self.desk.as_(by, **{"If-Match": "*"})
        answer: httpx.Response = await http.request(method, path, json=body, params=parameters)
        return answer


@pytest.fixture
async def walk(open_desk: Any) -> Walk:
    number = await open_desk.declare(serial_numbers=["Q207B17555", "Z9CBPM5M"])
    await open_desk.share(number)
    await open_desk.exchange(number)
    file_id = await open_desk.attached(number, "declaration")
    draft = uuid4()
    await open_desk.as_(RESELLER).put(
        f"/incident-drafts/{draft}", json={"contract_number": "29962", "content": {"title": "x"}}
    )
    message = {"content": {"body": "x"}}
    await open_desk.as_(RESELLER).put(f"/incidents/{number}/draft", params={"thread": "sqp"}, json=message)
    return Walk(open_desk, number, file_id, draft)


async def test_every_operation_is_classified(desk: Any) -> None:
    document = desk.harness.app.openapi()
    found = {
        (method, path.removeprefix("/api/v1"))
        for path, methods in document["paths"].items()
        if path.startswith("/api/v1")
        for method in methods
    }
    found -= OF_PROGRAMS
    # The audit trail is the chassis', which says who may read it.
    assert found == {*OPERATIONS, *OF_SQP, *BY_LINK, ("get", "/audit/incidents")}


@pytest.mark.parametrize("operation", sorted(OF_SQP | OF_PROGRAMS), ids=lambda operation: " ".join(operation))
async def test_what_is_sqps_is_of_no_tenant_and_of_no_other_scope(desk: Any, operation: tuple[str, str]) -> None:
    """Whatever it names: the answer comes before anything is looked up."""
    method, template = operation
    path = re.sub(r"{(\w+)}", lambda name: "20122301" if name[1] in ("number", "other") else str(uuid4()), template)
    people = (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, *((SQP, SQP_BASIC) if operation in OF_SCOPE else ()))
    for outsider in (None, *people, WRONG_SCOPE):
        answer = await desk.as_(outsider, **{"If-Match": "*"}).request(method, path)
        assert answer.status_code == (403 if outsider else 401), (outsider, answer.text)


@WALK
async def test_nobody_gets_nothing(walk: Walk, operation: tuple[str, str]) -> None:
    answer = await walk(operation, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@WALK
async def test_another_tenant_gets_the_answer_of_what_is_missing(walk: Walk, operation: tuple[str, str]) -> None:
    for stranger in (OTHER_RESELLER, OTHER_CLIENT):
        if operation in LISTS:
            assert (await walk(operation, stranger)).json()["items"] == []
            continue
        if operation in FIGURES:
            answer = await walk(operation, stranger)
            assert answer.status_code == (200 if stranger is OTHER_RESELLER else 403)
            assert not answer.json().get("open")
            continue
        foreign = await walk(operation, stranger)
        missing = await walk(operation, stranger, missing=True)
        assert foreign.status_code == missing.status_code == 404
        assert foreign.json()["code"] == missing.json()["code"]


@WALK
async def test_a_wrong_role_is_forbidden(walk: Walk, operation: tuple[str, str]) -> None:
    for outsider in OPERATIONS[operation][0]:
        assert (await walk(operation, outsider)).status_code == 403, outsider


@WALK
async def test_the_owner_may(walk: Walk, operation: tuple[str, str]) -> None:
    _, owners, status = OPERATIONS[operation]
    for owner in owners:
        answer = await walk(operation, owner)
        assert answer.status_code == status, answer.text


@WALK
async def test_a_stranger_changes_nothing(walk: Walk, operation: tuple[str, str]) -> None:
    before = await walk.desk.incident(walk.places["number"])
    told = await walk.desk.harness.told()
    for stranger in (OTHER_RESELLER, OTHER_CLIENT, RESELLER_BASIC, None):
        await walk(operation, stranger)
    assert await walk.desk.incident(walk.places["number"]) == before
    assert await walk.desk.harness.told() == told

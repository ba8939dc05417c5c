"""Attachments: named here, decided by files, told in any order; who sees which and who takes which off."""

from __future__ import annotations

import asyncio
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.attached import files

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, SQP, back_office, person
from events.files import FileBindingRefused, FileBound, FileErased, FileScanned
from events.incidents import FilesAttached
from incidents.exchanges import repository
from web.auth.principal import Principal

COLLEAGUE = person("reseller", "REV-0001", name="Collègue")


async def test_what_is_told_of_a_file_waits_for_nobody_who_changes_its_incident(open_desk: Any) -> None:
    """Both would lock each other out: a change locks the incident and then its files."""
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    async with open_desk.harness.service.database.transaction() as session:
        await repository.locked_incident(session, number)
        await asyncio.wait_for(open_desk.bound(number, "declaration", file_id), 5)


async def test_a_file_is_pending_until_files_has_bound_it(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    answer = await open_desk.attach(number, "declaration", RESELLER, file_id)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"2"')
    [pending] = answer.json()["items"]
    assert (pending["state"], pending["name"]) == ("pending", None)
    [told] = await open_desk.harness.told(FilesAttached)
    assert (told.file_ids, told.scope, told.actor.user_id) == ([file_id], "declaration", RESELLER.user_id)
    await open_desk.bound(number, "declaration", file_id)
    [bound] = await files(open_desk, number)
    assert (bound["state"], bound["name"], bound["size"], bound["media_type"], bound["scan"]) == (
        "bound",
        "document.txt",
        12,
        "text/plain",
        "pending",
    )


@pytest.mark.parametrize("order", list(permutations(range(2))))
async def test_bound_and_scanned_may_arrive_in_any_order_and_twice(open_desk: Any, order: tuple[int, ...]) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    place = {"incident_number": number, "scope": "declaration"}
    told = [
        open_desk.file_state(FileBound, file_id, version=2, **place),
        open_desk.file_state(FileScanned, file_id, version=3, scan="clean", **place),
    ]
    for rank in (*order, *order):
        await open_desk.harness.deliver(told[rank])
    [attachment] = await files(open_desk, number)
    assert (attachment["state"], attachment["scan"]) == ("bound", "clean")


async def test_the_scan_of_a_file_that_is_not_bound_yet_changes_nothing(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    await open_desk.harness.deliver(open_desk.file_state(FileScanned, file_id, version=5, scan="clean"))
    assert [file["state"] for file in await files(open_desk, number)] == ["pending"]


@pytest.mark.parametrize("reason", ["unknown", "foreign", "already_bound"])
async def test_a_refused_file_is_shown_as_such_to_who_named_it_and_may_be_named_again(
    open_desk: Any, reason: Any
) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    refusal = FileBindingRefused(version=1, file_id=file_id, incident_number=number, reason=reason)
    await open_desk.harness.deliver(refusal)
    [refused] = await files(open_desk, number)
    assert (refused["state"], refused["name"], refused["removable"]) == ("refused", None, False)
    for other in (SQP, CLIENT):
        assert await files(open_desk, number, other) == []
    assert (await open_desk.attach(number, "declaration", RESELLER, file_id)).status_code == 201
    assert [file["state"] for file in await files(open_desk, number)] == ["pending"]


async def test_a_refusal_does_not_touch_what_is_bound_or_elsewhere(open_desk: Any) -> None:
    first, second = await open_desk.declare(), await open_desk.declare()
    file_id = await open_desk.attached(first, "declaration")
    await open_desk.attach(second, "declaration", RESELLER, file_id)
    for number in (first, second):
        refusal = FileBindingRefused(version=3, file_id=file_id, incident_number=number, reason="already_bound")
        await open_desk.harness.deliver(refusal)
    assert [file["state"] for file in await files(open_desk, first)] == ["bound"]
    assert [file["state"] for file in await files(open_desk, second)] == ["refused"]


@pytest.mark.parametrize("late", [False, True])
async def test_an_erased_file_is_gone_even_if_its_binding_arrives_later(open_desk: Any, late: bool) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    place = {"incident_number": number, "scope": "declaration"}
    bound = open_desk.file_state(FileBound, file_id, version=2, **place)
    erased = open_desk.file_state(FileErased, file_id, version=3, **place)
    for event in (erased, bound) if late else (bound, erased):
        await open_desk.harness.deliver(event)
    assert await files(open_desk, number) == []


async def test_events_about_files_that_nobody_attached_are_no_ones_business_here(open_desk: Any) -> None:
    number = await open_desk.declare()
    for model in (FileBound, FileScanned, FileErased):
        await open_desk.harness.deliver(open_desk.file_state(model, uuid4(), incident_number=number, scope="sqp"))
    await open_desk.harness.deliver(
        FileBindingRefused(version=1, file_id=uuid4(), incident_number=number, reason="unknown")
    )
    assert await files(open_desk, number) == []


async def test_a_file_attached_already_is_refused(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = await open_desk.attached(number, "declaration")
    again = await open_desk.attach(number, "sqp", RESELLER, uuid4(), file_id)
    assert (again.status_code, again.json()["code"], again.json()["file_id"]) == (
        409,
        "file_already_attached",
        str(file_id),
    )
    assert len(await files(open_desk, number)) == 1


@pytest.mark.parametrize(
    ("scope", "owner", "asking", "own"), [("sqp", SQP, CLIENT, "client"), ("client", CLIENT, SQP, "sqp")]
)
@pytest.mark.parametrize("is_bound", [True, False])
async def test_a_file_of_a_thread_that_is_not_ones_own_is_answered_like_one_that_does_not_exist(
    open_desk: Any, scope: str, owner: Principal, asking: Principal, own: str, is_bound: bool
) -> None:
    number = await open_desk.declare()
    hidden = await open_desk.attached(number, scope, owner) if is_bound else uuid4()
    if not is_bound:
        await open_desk.attach(number, scope, owner, hidden)
    answers, missing = [], uuid4()
    for file_id in (hidden, missing):
        answer = await open_desk.attach(number, own, asking, file_id)
        [shown] = answer.json()["items"]
        assert shown.pop("file_id") == str(file_id)
        answers.append((answer.status_code, sorted(shown), shown["state"], shown["name"], shown["scope"]))
    assert answers[0] == answers[1] == (201, answers[0][1], "pending", None, own)
    told = [file_id for event in await open_desk.harness.told(FilesAttached) for file_id in event.file_ids]
    assert told.count(hidden) == 1
    assert str(hidden) in [file["file_id"] for file in await files(open_desk, number, owner)]
    await open_desk.harness.deliver(
        FileBindingRefused(version=1, file_id=missing, incident_number=number, reason="unknown")
    )
    seen = {file.pop("file_id"): file for file in await files(open_desk, number, asking)}
    assert seen[str(hidden)] | {"attached_at": ""} == seen[str(missing)] | {"attached_at": ""}
    assert seen[str(missing)]["state"] == "refused"


async def test_the_tag_changes_with_the_files_and_a_move_does_not_mind(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    before = await open_desk.as_(SQP).get(f"/incidents/{number}")
    await open_desk.bound(number, "declaration", file_id)
    known = open_desk.as_(SQP, **{"If-None-Match": before.headers["etag"]})
    assert (await known.get(f"/incidents/{number}")).status_code == 200
    http = open_desk.as_(SQP, **{"If-Match": before.headers["etag"]})
    moved = await http.post(f"/incidents/{number}/status", json={"status": "in_diagnosis"})
    assert moved.status_code == 200


async def test_each_side_sees_the_files_of_its_scopes_alone(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.share(number)
    ids = {
        "declaration": await open_desk.attached(number, "declaration"),
        "client": await open_desk.attached(number, "client", CLIENT),
        "sqp": await open_desk.attached(number, "sqp", SQP),
        "internal": await open_desk.attached(number, "internal", SQP),
    }
    for reader, scopes in (
        (RESELLER, ["declaration", "client", "sqp"]),
        (CLIENT, ["declaration", "client"]),
        (CLIENT_BASIC, ["declaration", "client"]),
        (SQP, ["declaration", "sqp", "internal"]),
        (back_office("incidents:read"), ["declaration", "sqp"]),
    ):
        seen = await files(open_desk, number, reader)
        assert [(file["scope"], file["file_id"]) for file in seen] == [(scope, str(ids[scope])) for scope in scopes]


@pytest.mark.parametrize(
    ("by", "scope", "status", "code"),
    [
        (SQP, "client", 404, "thread_not_found"),
        (CLIENT, "sqp", 404, "thread_not_found"),
        (SQP, "declaration", 403, "declaration_not_yours"),
        (CLIENT, "declaration", 403, "declaration_not_yours"),
        (CLIENT_BASIC, "client", 403, "forbidden"),
        (RESELLER, "internal", 404, "thread_not_found"),
        (CLIENT, "internal", 404, "thread_not_found"),
    ],
)
async def test_files_are_attached_where_one_may_speak(
    open_desk: Any, by: Principal, scope: str, status: int, code: str
) -> None:
    number = await open_desk.declare(RESELLER)
    answer = await open_desk.attach(number, scope, by, uuid4())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await open_desk.harness.told(FilesAttached) == []


@pytest.mark.parametrize(
    "body",
    [
        {"file_ids": [], "scope": "sqp"},
        {"file_ids": ["x"], "scope": "sqp"},
        {"file_ids": [str(uuid4())], "scope": "all"},
        {"file_ids": [str(uuid4()) for _ in range(21)], "scope": "sqp"},
        {"file_ids": [str(uuid4())]},
    ],
)
async def test_malformed_attachments_are_refused(open_desk: Any, body: dict[str, Any]) -> None:
    number = await open_desk.declare()
    answer = await open_desk.as_(RESELLER).post(f"/incidents/{number}/files", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_input")

"""A file is taken off an incident: by whom, when, and for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from services.incidents.tests.attached import files

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, SQP, person
from events.files import FileScanned
from events.incidents import FileDetached
from web.auth.principal import Principal

COLLEAGUE = person("reseller", "REV-0001", name="Collègue")


async def detach(desk: Any, number: str, file_id: UUID, by: Principal) -> tuple[int, str]:
    answer = await desk.as_(by).delete(f"/incidents/{number}/files/{file_id}")
    return answer.status_code, "" if answer.status_code == 204 else answer.json()["code"]


@pytest.mark.parametrize(
    ("scope", "attached_by", "by", "status", "code"),
    [
        ("declaration", RESELLER, RESELLER, 204, ""),
        ("declaration", RESELLER, COLLEAGUE, 204, ""),
        ("declaration", RESELLER, CLIENT, 403, "file_not_yours"),
        ("declaration", RESELLER, SQP, 403, "file_not_yours"),
        ("client", CLIENT, CLIENT, 204, ""),
        ("client", CLIENT, RESELLER, 403, "file_not_yours"),
        ("client", CLIENT, SQP, 404, "attachment_not_found"),
        ("sqp", SQP, SQP, 204, ""),
        ("sqp", SQP, RESELLER, 403, "file_not_yours"),
        ("sqp", RESELLER, CLIENT, 404, "attachment_not_found"),
        ("client", CLIENT, CLIENT_BASIC, 403, "forbidden"),
        ("internal", SQP, SQP, 204, ""),
        ("internal", SQP, RESELLER, 404, "attachment_not_found"),
        ("internal", SQP, CLIENT, 404, "attachment_not_found"),
    ],
)
async def test_a_file_is_taken_off_by_the_side_that_attached_it(
    open_desk: Any, scope: str, attached_by: Principal, by: Principal, status: int, code: str
) -> None:
    number = await open_desk.declare(RESELLER)
    await open_desk.share(number)
    file_id = await open_desk.attached(number, scope, attached_by)
    shown = [file["removable"] for file in await files(open_desk, number, by)]
    assert shown == ([] if status == 404 else [status == 204])
    assert await detach(open_desk, number, file_id, by) == (status, code)
    told = await open_desk.harness.told(FileDetached)
    assert [(event.file_id, event.scope, event.version) for event in told] == (
        [(file_id, scope, 4)] if status == 204 else []
    )
    assert len(await files(open_desk, number, attached_by)) == (0 if status == 204 else 1)


async def test_a_file_taken_off_stays_off(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = await open_desk.attached(number, "declaration")
    assert (await detach(open_desk, number, file_id, RESELLER))[0] == 204
    place = {"incident_number": number, "scope": "declaration"}
    await open_desk.harness.deliver(open_desk.file_state(FileScanned, file_id, version=9, **place))
    assert await files(open_desk, number) == []
    assert await detach(open_desk, number, file_id, RESELLER) == (404, "attachment_not_found")


async def test_a_pending_file_waits_before_it_is_taken_off(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    await open_desk.attach(number, "declaration", RESELLER, file_id)
    assert [file["removable"] for file in await files(open_desk, number)] == [False]
    assert await detach(open_desk, number, file_id, RESELLER) == (409, "file_still_pending")


async def test_a_closed_incident_keeps_its_files(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = await open_desk.attached(number, "declaration")
    await open_desk.move(number, "in_diagnosis", "resolved", "closed")
    assert [file["removable"] for file in await files(open_desk, number)] == [False]
    assert await detach(open_desk, number, file_id, RESELLER) == (409, "incident_over")

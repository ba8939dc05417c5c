"""What SQP has just written is taken back: while it waits, by its author, and as a draft."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.agents import SQP_BASIC
from services.incidents.tests.pending import ANNE, MARK, SEND, draft, held, hold, said, thread, undo, waiting

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from incidents.pending.service import WAIT
from web import clock


async def test_undone_it_is_a_draft_with_its_text_and_files_and_never_leaves(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = (await thread(open_desk, number)).headers["etag"]
    file = str(uuid4())
    message = await held(open_desk, number, file_ids=[file], seen=tag)
    assert (await undo(open_desk, number, message)).status_code == 204
    assert await draft(open_desk, number) == {
        "body": MARK,
        "file_ids": [file],
        "seen": f'{tag.partition(".")[0]}"',
    }
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == []
    # As the portal sends it again.
    guarded = await hold(open_desk, number, "Mieux", seen=(await draft(open_desk, number))["seen"])
    assert guarded.status_code == 201
    await undo(open_desk, number, guarded.json()["id"])
    again = await undo(open_desk, number, message)
    assert (again.status_code, again.json()["code"]) == (404, "pending_message_not_found")
    assert (await draft(open_desk, number))["body"] == "Mieux"


async def test_what_was_begun_since_stays_behind_what_is_taken_back(open_desk: Any) -> None:
    number = await open_desk.declare()
    message = await held(open_desk, number)
    begun = {"body": "Et aussi", "file_ids": ["a"], "key": "used", "mention": ""}
    await open_desk.as_(SQP).put(f"/incidents/{number}/draft?thread=sqp", json={"content": begun})
    await undo(open_desk, number, message)
    found = await draft(open_desk, number)
    assert (found["body"], found["file_ids"]) == (f"{MARK}\n\nEt aussi", ["a"])
    assert "key" not in found


@pytest.mark.parametrize("has_run", [True, False])
async def test_once_it_is_due_it_is_too_late(open_desk: Any, at: Any, has_run: bool) -> None:
    now = clock.now()
    at(now)
    number = await open_desk.declare()
    message = await held(open_desk, number)
    at(now + WAIT)
    if has_run:
        await open_desk.harness.run_jobs()
    late = await undo(open_desk, number, message)
    assert (late.status_code, late.json()["code"]) == (409, "sent_already")
    assert "déjà parti" in late.json()["title"]
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == [MARK]


async def test_of_undo_and_departure_at_once_one_happens(open_desk: Any) -> None:
    for _ in range(5):
        number = await open_desk.declare()
        message = await held(open_desk, number)
        undone, _ = await asyncio.gather(
            undo(open_desk, number, message), open_desk.harness.run_job(SEND, message_id=message)
        )
        left, kept = await said(open_desk, number), await draft(open_desk, number)
        assert (undone.status_code, left, bool(kept)) in ((204, [], True), (409, [MARK], False))


async def test_nobody_else_takes_it_back(open_desk: Any) -> None:
    number = await open_desk.declare()
    message = await held(open_desk, number)
    other = await open_desk.declare()
    assert (await undo(open_desk, number, message, ANNE)).status_code == 404
    assert (await undo(open_desk, other, message)).status_code == 404
    for by in (RESELLER, CLIENT, SQP_BASIC, back_office("incidents:read", "exchanges:write")):
        assert (await undo(open_desk, number, message, by)).status_code == 403
        listed = await open_desk.as_(by).get(f"/incidents/{number}/pending-messages?thread=sqp")
        assert (listed.status_code, MARK in listed.text) == (403, False)
    assert len(await waiting(open_desk, number)) == 1

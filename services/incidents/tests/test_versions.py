"""What a caller's answers tell of a thread that the caller cannot read: nothing."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, SQP
from events.incidents import FileDetached, FilesAttached, IncidentDeclared, MessagePosted
from web.auth.principal import Principal


async def seen(desk: Any, number: str, who: Principal) -> tuple[Any, str]:
    answer = await desk.as_(who).get(f"/incidents/{number}")
    return answer.json(), answer.headers["ETag"]


@pytest.mark.parametrize(
    ("thread", "writer", "second", "outsider"),
    [
        ("sqp", SQP, RESELLER, CLIENT),
        ("client", CLIENT, RESELLER, SQP),
        ("internal", SQP, SQP, CLIENT),
        ("internal", SQP, SQP, RESELLER),
    ],
)
async def test_version_and_etag_do_not_move_with_the_other_thread(
    open_desk: Any, thread: str, writer: Principal, second: Principal, outsider: Principal
) -> None:
    number = await open_desk.declare(RESELLER)
    before = await seen(open_desk, number, outsider)
    await open_desk.post(number, thread, writer)
    assert (await open_desk.post(number, thread, second, file_ids=[str(uuid4())])).status_code == 201
    file_id = await open_desk.attached(number, thread, writer)
    assert (await open_desk.as_(writer).delete(f"/incidents/{number}/files/{file_id}")).status_code == 204
    assert await seen(open_desk, number, outsider) == before


async def test_the_version_moves_with_what_all_parties_read(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    assert (await seen(open_desk, number, CLIENT))[0]["version"] == 1
    await open_desk.attach(number, "declaration", RESELLER, uuid4())
    assert (await seen(open_desk, number, CLIENT))[0]["version"] == 2
    await open_desk.move(number, "in_diagnosis")
    assert (await seen(open_desk, number, CLIENT))[0]["version"] == 3


async def test_the_events_of_an_incident_count_on_whatever_the_thread(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    await open_desk.post(number, "sqp", SQP)
    await open_desk.post(number, "client", CLIENT)
    file_id = await open_desk.attached(number, "sqp", RESELLER)
    await open_desk.as_(RESELLER).delete(f"/incidents/{number}/files/{file_id}")
    told = [
        event.version
        for kind in (IncidentDeclared, MessagePosted, FilesAttached, FileDetached)
        for event in await open_desk.harness.told(kind)
    ]
    assert told == [1, 2, 3, 4, 5]


async def test_a_cursor_holds_nothing_that_counts_over_the_platform(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    for body in ("un", "deux", "trois"):
        await open_desk.post(number, "client", CLIENT, body)
    page = (await open_desk.as_(CLIENT).get(f"/incidents/{number}/messages?thread=client&limit=1")).json()
    cursor = page["next"]
    held = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    assert not [part for part in held if isinstance(part, int) and not isinstance(part, bool)]
    assert held[-1] == page["items"][0]["id"]


async def test_messages_stand_in_the_order_in_which_they_were_written(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    written = [f"message {place}" for place in range(8)]
    for body in written:
        await open_desk.post(number, "client", CLIENT, body)
    items = (await open_desk.as_(CLIENT).get(f"/incidents/{number}/messages?thread=client&sort=at")).json()["items"]
    assert [item["body"] for item in items] == written
    assert all(one["at"] < following["at"] for one, following in pairwise(items))

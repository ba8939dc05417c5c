"""Drafts of messages: their author's alone, one per thread, bounded, and gone with the message or after thirty days."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.tables import OutboxMessage
from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, back_office, person
from incidents.drafts import service
from web import clock
from web.auth.principal import Principal

ANNE = person("sqp", "SQP", name="Anne")
COLLEAGUE = person("reseller", "REV-0001", name="Collègue")
MARK = "ZÈBRE-9917"


def at_(number: str, thread: str) -> str:
    return f"/incidents/{number}/draft?thread={thread}"


async def put(desk: Any, number: str, by: Principal = SQP, thread: str = "sqp", **content: Any) -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).put(at_(number, thread), json={"content": content or {"body": MARK}})
    return answer


async def draft(desk: Any, number: str, by: Principal = SQP, thread: str = "sqp") -> Any:
    answer = await desk.as_(by).get(at_(number, thread))
    return answer.json()["content"] if answer.status_code == 200 else (answer.status_code, answer.json()["code"])


MISSING = (404, "draft_not_found")


async def test_a_draft_is_kept_per_incident_and_thread_and_replaced_by_the_next(open_desk: Any) -> None:
    first, second = await open_desk.declare(), await open_desk.declare()
    places = [(first, "sqp"), (first, "client"), (second, "sqp")]
    for number, thread in places:
        assert (await put(open_desk, number, RESELLER, thread, body="Bon")).status_code == 200
        assert (await put(open_desk, number, RESELLER, thread, body=f"{number} {thread}")).status_code == 200
    for number, thread in places:
        assert await draft(open_desk, number, RESELLER, thread) == {"body": f"{number} {thread}"}


@pytest.mark.parametrize("other", [ANNE, RESELLER])
async def test_nobody_but_its_author_reads_or_deletes_a_draft(open_desk: Any, other: Principal) -> None:
    number = await open_desk.declare()
    await put(open_desk, number)
    assert await draft(open_desk, number, other) == MISSING
    assert (await open_desk.as_(other).delete(at_(number, "sqp"))).status_code == 404
    assert await draft(open_desk, number) == {"body": MARK}


@pytest.mark.parametrize("who", [ANNE, RESELLER, COLLEAGUE, CLIENT, back_office("incidents:read")], ids=str)
async def test_a_draft_changes_nothing_that_anybody_else_can_fetch(open_desk: Any, who: Principal) -> None:
    number = await open_desk.declare()

    async def everything() -> list[str]:
        paths = [f"/incidents/{number}", "/incidents", f"/incidents/texts?q={MARK}", f"/incidents/{number}/history"]
        paths += [f"/incidents/{number}/messages?thread={each}" for each in ("client", "sqp", "internal")]
        paths += [f"/desk/{number}", "/desk", "/backoffice/incidents/changes?after=0"]
        answers = [await open_desk.as_(who).get(path) for path in paths]
        # A refusal names its own request.
        return [each.text if each.status_code < 400 else each.json()["code"] for each in answers]

    before = await everything()
    for thread in ("sqp", "internal"):
        assert (await put(open_desk, number, SQP, thread)).status_code == 200
    assert await everything() == before
    async with open_desk.harness.service.database.reader() as reader:
        sent = (await reader.execute(select(OutboxMessage.__table__))).all()
    assert sent
    assert not [row for row in sent if "9917" in json.dumps(row._asdict(), default=str)]


@pytest.mark.parametrize(
    ("by", "thread", "expected"),
    [
        (SQP, "client", (404, "thread_not_found")),
        (RESELLER, "internal", (404, "thread_not_found")),
        (CLIENT, "sqp", (404, "thread_not_found")),
        (OTHER_RESELLER, "sqp", (404, "incident_not_found")),
        (RESELLER_BASIC, "sqp", (403, "forbidden")),
        (back_office("incidents:read"), "sqp", (403, "forbidden")),
    ],
)
async def test_who_does_not_write_in_a_thread_keeps_no_draft_there(
    open_desk: Any, by: Principal, thread: str, expected: tuple[int, str]
) -> None:
    number = await open_desk.declare()
    refused = await put(open_desk, number, by, thread)
    assert (refused.status_code, refused.json()["code"]) == expected
    assert await draft(open_desk, number, by, thread) == expected


async def test_the_message_that_leaves_takes_its_draft_away_and_no_other(open_desk: Any) -> None:
    number = await open_desk.declare()
    for by, thread in ((RESELLER, "sqp"), (RESELLER, "client"), (SQP, "sqp"), (COLLEAGUE, "sqp")):
        await put(open_desk, number, by, thread)
    assert (await open_desk.post(number, "sqp", RESELLER, MARK)).status_code == 201
    assert await draft(open_desk, number, RESELLER) == MISSING
    for by, thread in ((RESELLER, "client"), (SQP, "sqp"), (COLLEAGUE, "sqp")):
        assert await draft(open_desk, number, by, thread) == {"body": MARK}


async def test_a_message_that_is_stopped_or_refused_leaves_its_draft(open_desk: Any) -> None:
    number = await open_desk.declare()
    await put(open_desk, number)
    await open_desk.post(number, "sqp", RESELLER)
    guarded = open_desk.as_(SQP, **{"If-Match": '"none-1"'})
    stopped = await guarded.post(f"/incidents/{number}/messages?thread=sqp", json={"body": MARK})
    assert stopped.status_code == 412
    assert (await open_desk.post(number, "sqp", SQP, mentions=[str(uuid4())])).status_code == 409
    assert await draft(open_desk, number) == {"body": MARK}


async def test_what_was_being_written_outlives_the_end_of_its_incident(open_desk: Any) -> None:
    number = await open_desk.declare()
    await put(open_desk, number, body="Trop ta")
    await open_desk.move(number, "cancelled", by=RESELLER)
    assert (await put(open_desk, number, body="Trop tard")).status_code == 200
    assert await draft(open_desk, number) == {"body": "Trop tard"}


async def test_a_person_keeps_a_hundred_drafts_of_messages_beside_those_of_declarations(
    open_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.MAX_MESSAGE_DRAFTS == 100
    monkeypatch.setattr(service, "MAX_MESSAGE_DRAFTS", 3)
    numbers = [await open_desk.declare() for _ in range(5)]
    for _ in range(3):
        kept = {"contract_number": "29962", "content": {}}
        await open_desk.as_(RESELLER).put(f"/incident-drafts/{uuid4()}", json=kept)
    answers = await asyncio.gather(*(put(open_desk, number, RESELLER) for number in numbers))
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 409, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"too_many_drafts"}
    [first, *_] = [number for number, each in zip(numbers, answers, strict=True) if each.status_code == 200]
    assert (await put(open_desk, first, RESELLER, body="Encore")).status_code == 200


async def test_a_draft_of_a_message_is_gone_thirty_days_after_its_last_change(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    old, changed = await open_desk.declare(), await open_desk.declare()
    for number in (old, changed):
        await put(open_desk, number)
    at(start + timedelta(days=1))
    await put(open_desk, changed)
    at(start + timedelta(days=30, seconds=1))
    await open_desk.harness.run_job("incidents.expire_drafts")
    assert [await draft(open_desk, number) for number in (old, changed)] == [MISSING, {"body": MARK}]


async def test_a_draft_that_is_not_there_is_no_refusal_on_record_and_one_of_a_foreign_incident_is(
    open_desk: Any,
) -> None:
    number = await open_desk.declare()
    # The same refusal of the same person is on record once in a while.
    newcomer = person("reseller", "REV-0001", name="Nouvelle")
    assert await draft(open_desk, number, newcomer) == MISSING
    assert await draft(open_desk, "20010101", newcomer) == (404, "incident_not_found")
    path = "/audit/incidents?action=request.refuse"
    on_record = (await open_desk.as_(RESELLER).get(path)).json()["items"]
    assert [entry["subject"] for entry in on_record] == ["/api/v1/incidents/20010101/draft"]

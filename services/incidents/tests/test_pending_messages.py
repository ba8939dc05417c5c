"""A message of SQP's waits ten seconds: it is no message until then, and one from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.pending import ANNE, MARK, SEND, draft, held, hold, said, thread, undo, waiting

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.incidents import MessagePosted
from incidents.pending import service
from incidents.pending.service import LOST_AFTER, WAIT
from web import clock
from web.auth.principal import Principal


async def cut_off(desk: Any, message: str) -> None:
    """The job, all of it but the commit."""
    async with desk.harness.service.database.transaction() as session:
        await service.send(session, message)
        await session.flush()
        raise ConnectionError


async def recorded(desk: Any) -> list[tuple[str, str]]:
    trail = (await desk.as_(SQP).get("/audit/incidents")).json()["items"]
    return [(each["action"], each["actor"]) for each in trail if each["action"] != "declare_incident"]


async def everything(desk: Any, number: str, by: Principal) -> list[tuple[str, int, Any]]:
    """What ``by`` may read that could tell of a message."""
    paths = (
        f"/incidents/{number}",
        f"/incidents/{number}/history",
        f"/incidents/{number}/messages?thread=sqp",
        f"/incidents/{number}/draft?thread=sqp",
        f"/incidents/{number}/pending-messages?thread=sqp",
        "/incidents",
        f"/incidents?q={MARK}",
        f"/incidents/texts?q={MARK}",
        f"/desk/{number}",
        "/desk",
        "/exchanges",
        "/backoffice/incidents/changes",
        "/audit/incidents",
    )
    answers = [await desk.as_(by).get(path) for path in paths]
    shown = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    return [(path, answer.status_code, told) for path, answer, told in zip(paths, answers, shown, strict=True)]


@pytest.mark.parametrize("by", [ANNE, RESELLER, CLIENT, back_office("incidents:read")], ids=lambda who: who.name)
async def test_until_it_is_due_nobody_else_learns_of_it(open_desk: Any, by: Principal, at: Any) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER, "Des nouvelles ?")
    at(clock.now())
    before = await everything(open_desk, number, by)
    events = len(await open_desk.harness.told())
    await held(open_desk, number)
    assert await everything(open_desk, number, by) == before
    assert len(await open_desk.harness.told()) == events
    tag = (await thread(open_desk, number)).headers["etag"]
    assert (await open_desk.post(number, "sqp", ANNE, "Autre")).status_code == 201
    assert tag.partition(".")[0] != (await thread(open_desk, number)).headers["etag"].partition(".")[0]


async def test_its_author_sees_it_wait_and_when_it_leaves(open_desk: Any, at: Any) -> None:
    now = clock.now()
    at(now)
    number = await open_desk.declare()
    file = str(uuid4())
    answer = await hold(open_desk, number, file_ids=[file])
    assert answer.json()["due_at"] is not None
    at(now + timedelta(seconds=3))
    found = await waiting(open_desk, number)
    assert [(each["body"], each["file_ids"], each["seconds"], each["refusal"]) for each in found] == [
        (MARK, [file], 7, "")
    ]
    assert await waiting(open_desk, number, ANNE) == []


async def test_when_it_is_due_it_is_a_message_of_that_moment_under_its_id(open_desk: Any, at: Any) -> None:
    now = clock.now()
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER, "Des nouvelles ?")
    at(now)
    message = await held(open_desk, number)
    assert (await open_desk.as_(SQP).get(f"/desk/{number}")).json()["action"] == "answer"
    at(now + WAIT)
    await open_desk.harness.run_jobs()
    last = (await thread(open_desk, number, RESELLER)).json()["items"][-1]
    assert (last["id"], last["body"], last["author"]["name"]) == (message, MARK, SQP.name)
    assert last["at"] >= (now + WAIT).isoformat()[:19]
    assert await waiting(open_desk, number) == []
    assert (await open_desk.as_(SQP).get(f"/desk/{number}")).json()["action"] != "answer"
    assert str((await open_desk.harness.told(MessagePosted))[-1].message_id) == message


async def test_its_job_is_due_in_ten_seconds_and_a_repeat_sends_nothing(open_desk: Any) -> None:
    number = await open_desk.declare()
    message = await held(open_desk, number)
    rows = [row for row in await open_desk.harness._outbox("job") if row.type == SEND]
    assert [timedelta(seconds=9) < row.due_at - row.created_at < timedelta(seconds=11) for row in rows] == [True]
    await open_desk.harness.run_jobs()
    await open_desk.harness.run_job(SEND, message_id=message)
    assert await said(open_desk, number) == [MARK]


async def test_a_job_that_is_cut_off_loses_nothing_and_its_repeat_sends_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    message = await held(open_desk, number)
    events = len(await open_desk.harness.told())
    with pytest.raises(ConnectionError):
        await cut_off(open_desk, message)
    assert (await said(open_desk, number), len(await waiting(open_desk, number))) == ([], 1)
    assert len(await open_desk.harness.told()) == events
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == [MARK]
    assert len(await open_desk.harness.told(MessagePosted)) == 1


async def test_what_leaves_takes_no_draft_away_that_was_begun_since(open_desk: Any) -> None:
    number = await open_desk.declare()
    place = f"/incidents/{number}/draft?thread=sqp"
    await open_desk.as_(SQP).put(place, json={"content": {"body": MARK}})
    await held(open_desk, number)
    assert await draft(open_desk, number) is None
    await open_desk.as_(SQP).put(place, json={"content": {"body": "Et aussi"}})
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == [MARK]
    assert await draft(open_desk, number) == {"body": "Et aussi"}


async def test_the_messages_of_others_and_notes_leave_at_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    for by, place in ((RESELLER, "sqp"), (RESELLER, "client"), (CLIENT, "client"), (SQP, "internal")):
        answer = await hold(open_desk, number, by=by, thread=place)
        assert (answer.status_code, answer.json()["due_at"]) == (201, None)


async def test_what_would_be_refused_later_is_refused_at_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    assert (await hold(open_desk, number, "Bonjour {client.nom}")).json()["code"] == "unfilled_name"
    assert (await hold(open_desk, number, mentions=[str(uuid4())])).json()["code"] == "mentions_are_for_notes"
    file = await open_desk.attached(number, "sqp", SQP)
    assert (await hold(open_desk, number, file_ids=[str(file)])).json()["code"] == "file_already_attached"
    tag = (await thread(open_desk, number)).headers["etag"]
    await open_desk.post(number, "sqp", RESELLER, "Entre-temps")
    assert (await hold(open_desk, number, seen=tag)).json()["code"] == "thread_moved"
    await open_desk.move(number, "in_diagnosis", "cancelled")
    assert (await hold(open_desk, number)).json()["code"] == "incident_over"
    assert await waiting(open_desk, number) == []


async def test_the_next_message_makes_the_one_before_leave(open_desk: Any) -> None:
    number = await open_desk.declare()
    await held(open_desk, number, "Un")
    await held(open_desk, number, "Deux")
    assert (await said(open_desk, number), [each["body"] for each in await waiting(open_desk, number)]) == (
        ["Un"],
        ["Deux"],
    )
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == ["Un", "Deux"]


async def test_what_one_writes_before_one_closes_is_said_before(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis")
    await held(open_desk, number)
    await open_desk.move(number, "cancelled")
    assert await said(open_desk, number) == [MARK]
    moved, posted = ("change_status", str(SQP.user_id)), ("post_message", str(SQP.user_id))
    assert sorted(await recorded(open_desk)) == [moved, moved, posted]


async def test_the_journal_tells_of_it_once_it_has_left(open_desk: Any) -> None:
    number = await open_desk.declare()
    await undo(open_desk, number, await held(open_desk, number))
    await held(open_desk, number)
    assert await recorded(open_desk) == []
    await open_desk.harness.run_jobs()
    assert await recorded(open_desk) == [("post_message", str(SQP.user_id))]


async def test_what_a_colleagues_closing_overtakes_comes_back_with_the_reason(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis")
    message = await held(open_desk, number)
    await open_desk.move(number, "cancelled", by=ANNE)
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == []
    refused = (await waiting(open_desk, number))[0]
    assert (refused["id"], number in refused["refusal"]) == (message, True)
    assert (await undo(open_desk, number, message)).status_code == 204
    assert (await draft(open_desk, number))["body"] == MARK


async def test_of_two_agents_who_answer_in_the_same_ten_seconds_one_is_stopped(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER, "Des nouvelles ?")
    tag = (await thread(open_desk, number)).headers["etag"]
    await held(open_desk, number, "De SQP", seen=tag)
    await held(open_desk, number, "D'Anne", ANNE, seen=tag)
    await open_desk.post(number, "sqp", RESELLER, "Merci")
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == ["Des nouvelles ?", "Merci", "De SQP"]
    stopped = (await waiting(open_desk, number, ANNE))[0]
    assert SQP.name in stopped["refusal"]
    assert (await undo(open_desk, number, stopped["id"], ANNE)).status_code == 204
    assert (await draft(open_desk, number, ANNE))["seen"] == ""


async def test_a_repeated_request_waits_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    ids = {await held(open_desk, number, key="press-one-1") for _ in range(2)}
    assert len(ids) == len(await waiting(open_desk, number)) == 1
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == [MARK]


async def test_what_has_lost_its_job_gets_another(open_desk: Any, at: Any) -> None:
    now = clock.now()
    at(now)
    number = await open_desk.declare()
    await held(open_desk, number)
    await open_desk.harness.run_job("incidents.catch_up_messages")
    jobs = [name for name, _ in await open_desk.harness.enqueued()]
    assert jobs.count(SEND) == 1
    at(now + WAIT + LOST_AFTER + timedelta(seconds=1))
    await open_desk.harness.run_job("incidents.catch_up_messages")
    assert [name for name, _ in await open_desk.harness.enqueued()].count(SEND) == 2
    await open_desk.harness.run_jobs()
    assert await said(open_desk, number) == [MARK]

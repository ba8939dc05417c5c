"""SQP's notes: what others learn of them (nothing), whom they mention, and until when they are written."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.tables import OutboxMessage
from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, SQP, back_office, person
from events.incidents import FilesAttached, IncidentClosingPostponed, MessagePosted, NoteWritten
from web.auth.principal import Principal

ANNE, BASILE = person("sqp", "SQP", name="Anne"), person("sqp", "SQP", "basic", name="Basile")
MARK = "ZÈBRE-7731"
OUTSIDERS = (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, back_office("incidents:read", "exchanges:write"))
FORMATS = ("application/json", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@pytest.fixture
async def staffed(open_desk: Any) -> Any:
    """A desk that knows SQP's people, and one person of each party."""
    for who, login in ((SQP, "sqp_support"), (ANNE, "anne"), (BASILE, "b.asile"), (RESELLER, "rev"), (CLIENT, "cli")):
        await open_desk.user(who, login=login, last_name=who.name)
    return open_desk


async def note(desk: Any, number: str, body: str = "Bonjour", by: Principal = SQP, **more: Any) -> httpx.Response:
    answer: httpx.Response = await desk.post(number, "internal", by, body, **more)
    return answer


async def notes(desk: Any, number: str, by: Principal = SQP) -> list[dict[str, Any]]:
    answer = await desk.as_(by).get(f"/incidents/{number}/messages", params={"thread": "internal"})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def everything(desk: Any, number: str, who: Principal) -> dict[str, tuple[int, str, bytes]]:
    """What ``who`` can fetch, by address: status, ETag and content."""
    paths = [
        "/incidents",
        "/incidents?q=" + MARK,
        "/incidents?open=true",
        f"/incidents/texts?q={MARK}",
        f"/incidents/texts?q={MARK}&part=file",
        f"/incidents/{number}",
        f"/incidents/{number}/history",
        f"/incidents/{number}/exchanges",
        "/exchanges",
        "/backoffice/incidents/changes?after=0",
        "/audit/incidents",
        *(f"/incidents/{number}/messages?thread={thread}" for thread in ("client", "sqp", "internal")),
    ]
    found = {}
    for path in paths:
        for wanted in FORMATS if path.startswith("/incidents") and "/incidents/" not in path else FORMATS[:1]:
            answer = await desk.as_(who, Accept=wanted).get(path)
            content = answer.content
            if answer.status_code >= 400:
                problem = answer.json()
                content = json.dumps([problem["code"], problem["title"]]).encode()
            elif path.startswith("/audit"):
                # What the caller does here is on record itself.
                others = [entry for entry in answer.json()["items"] if who.subject not in json.dumps(entry)]
                found[path] = (200, "", json.dumps(others).encode())
                continue
            # The time of day stands in the workbook's properties.
            is_book = answer.headers.get("content-type", "").endswith("sheet")
            found[f"{path} {wanted}"] = (
                answer.status_code,
                answer.headers.get("etag", ""),
                b"" if is_book else content,
            )
    return found


@pytest.mark.parametrize("who", OUTSIDERS, ids=lambda who: who.name or "program")
async def test_a_note_changes_nothing_that_an_outsider_can_fetch(staffed: Any, who: Principal) -> None:
    number = await staffed.declare(RESELLER)
    await staffed.post(number, "sqp", SQP, "Bonjour")
    before = await everything(staffed, number, who)
    file_id = uuid4()
    posted = await note(staffed, number, f"{MARK} @anne", mentions=[str(BASILE.user_id)], file_ids=[str(file_id)])
    assert posted.status_code == 201
    await staffed.bound(number, "internal", file_id, SQP, name=f"{MARK}.txt")
    assert (await staffed.as_(SQP).delete(f"/incidents/{number}/files/{file_id}")).status_code == 204
    assert await everything(staffed, number, who) == before


async def test_no_event_holds_the_text_of_a_note_or_the_name_of_its_file(staffed: Any) -> None:
    number = await staffed.declare(RESELLER)
    file_id = uuid4()
    await note(staffed, number, f"{MARK} @anne", file_ids=[str(file_id)])
    await staffed.bound(number, "internal", file_id, SQP, name=f"{MARK}.txt")
    async with staffed.harness.service.database.reader() as reader:
        sent = (await reader.execute(select(OutboxMessage.__table__))).all()
    assert sent
    assert not [row for row in sent if "7731" in json.dumps(row._asdict(), default=str)]
    assert await staffed.harness.told(MessagePosted) == []


async def test_a_note_is_told_by_who_wrote_it_and_whom_it_mentions(staffed: Any) -> None:
    number = await staffed.declare(RESELLER)
    await note(staffed, number, "Pour mémoire")
    await note(staffed, number, "Vu par @b.asile ? Merci @Anne.", by=ANNE, mentions=[str(SQP.user_id)])
    first, second = await staffed.harness.told(NoteWritten)
    assert set(NoteWritten.model_fields) == {"version", "number", "actor", "at", "mentioned_ids", "writer_ids"}
    assert (first.number, first.actor.user_id, first.mentioned_ids, first.writer_ids) == (number, SQP.user_id, [], [])
    assert set(second.mentioned_ids) == {BASILE.user_id, ANNE.user_id, SQP.user_id}
    assert second.writer_ids == [SQP.user_id]
    assert (second.version, second.tenant_id) == (first.version + 1, None)
    [shown, _] = await notes(staffed, number)
    assert [each["name"] for each in shown["mentions"]] == ["Prénom Anne", "Prénom Basile", "Prénom sqp SQP"]


@pytest.mark.parametrize(
    ("body", "mentions", "named"),
    [
        ("@rev", [], "@rev"),
        ("@cli", [], "@cli"),
        ("voir @personne.", [], "@personne"),
        ("Bonjour", [RESELLER.user_id], ""),
        ("Bonjour", [uuid4()], ""),
    ],
)
async def test_a_mention_of_who_is_not_an_active_person_of_sqp_is_refused(
    staffed: Any, body: str, mentions: list[UUID], named: str
) -> None:
    number = await staffed.declare(RESELLER)
    answer = await note(staffed, number, body, mentions=[str(each) for each in mentions])
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_mention")
    assert named in answer.json()["title"]
    assert "SQP" in answer.json()["title"]
    assert await notes(staffed, number) == []
    assert await staffed.harness.told(NoteWritten) == []


@pytest.mark.parametrize("status", ["invited", "disabled"])
async def test_who_has_left_or_not_come_yet_is_not_mentioned(staffed: Any, status: str) -> None:
    number = await staffed.declare(RESELLER)
    await staffed.user(ANNE, status, version=2, login="anne")
    assert (await note(staffed, number, "@anne")).json()["code"] == "unknown_mention"
    assert (await note(staffed, number, mentions=[str(ANNE.user_id)])).json()["code"] == "unknown_mention"


@pytest.mark.parametrize("body", ["support@qnap.com", "rappel @ 10 h", "a@anne", "@@", "https://x.test/@anne"])
async def test_what_only_looks_like_a_mention_is_text(staffed: Any, body: str) -> None:
    number = await staffed.declare(RESELLER)
    assert (await note(staffed, number, body)).status_code == 201
    assert [each.mentioned_ids for each in await staffed.harness.told(NoteWritten)] == [[]]


@pytest.mark.parametrize(("thread", "by"), [("sqp", SQP), ("client", RESELLER), ("sqp", RESELLER)])
async def test_only_notes_mention(staffed: Any, thread: str, by: Principal) -> None:
    number = await staffed.declare(RESELLER)
    refused = await staffed.post(number, thread, by, mentions=[str(ANNE.user_id)])
    assert (refused.status_code, refused.json()["code"]) == (409, "mentions_are_for_notes")
    assert (await staffed.post(number, thread, by, "Bonjour @anne et @rev")).status_code == 201
    [message] = (await staffed.as_(by).get(f"/incidents/{number}/messages?thread={thread}")).json()["items"]
    assert message["mentions"] == []
    assert await staffed.harness.told(NoteWritten) == []


@pytest.mark.parametrize("road", [("in_diagnosis", "resolved", "closed"), ("cancelled",)])
async def test_notes_are_possible_after_the_end(staffed: Any, road: tuple[str, ...]) -> None:
    number = await staffed.declare(RESELLER)
    await staffed.move(number, *road)
    seen = await staffed.incident(number, SQP)
    assert (seen["actions"]["write"], seen["actions"]["attach"]) == (["internal"], ["internal"])
    assert (await note(staffed, number, file_ids=[str(uuid4())])).status_code == 201
    file_id = await staffed.attached(number, "internal", SQP)
    [held] = [each for each in (await staffed.incident(number, SQP))["attachments"] if each["file_id"] == str(file_id)]
    assert held["removable"]
    assert (await staffed.as_(ANNE).delete(f"/incidents/{number}/files/{file_id}")).status_code == 204
    assert (await staffed.post(number, "sqp", SQP)).json()["code"] == "incident_over"


async def test_a_note_after_the_resolution_puts_nothing_off(staffed: Any) -> None:
    number = await staffed.declare(RESELLER)
    await staffed.move(number, "in_diagnosis", "resolved")
    before = (await staffed.incident(number, RESELLER))["closes_on"]
    await note(staffed, number)
    assert await staffed.harness.told(IncidentClosingPostponed) == []
    assert (
        (await staffed.incident(number, RESELLER))["closes_on"]
        == before
        == (await staffed.incident(number))["closes_on"]
    )


async def test_the_file_of_a_note_is_told_to_files_as_sqps_own(staffed: Any) -> None:
    number = await staffed.declare(RESELLER)
    file_id = uuid4()
    await note(staffed, number, file_ids=[str(file_id)])
    [told] = await staffed.harness.told(FilesAttached)
    assert (told.file_ids, told.scope) == ([file_id], "internal")


@pytest.mark.parametrize("by", [RESELLER, CLIENT])
async def test_naming_the_file_of_a_note_answers_as_naming_one_that_is_not_there(staffed: Any, by: Principal) -> None:
    number = await staffed.declare(RESELLER)
    file_id = await staffed.attached(number, "internal", SQP)
    thread = "sqp" if by is RESELLER else "client"
    answers = [await staffed.attach(number, thread, by, each) for each in (file_id, uuid4())]
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.dumps([*answer.json()["items"][0]]) for answer in answers}) == 1
    assert {answer.json()["items"][0]["state"] for answer in answers} == {"pending"}


async def test_a_certificate_that_all_read_is_no_file_of_a_note(staffed: Any) -> None:
    number = await staffed.declare(RESELLER)
    await staffed.exchange(number)
    file_id = await staffed.attached(number, "internal", SQP)
    refused = await staffed.try_step(number, "settle", outcome="retained", certificate_file_id=str(file_id))
    assert refused.status_code == 409


async def test_sqps_people_read_notes_and_its_administrators_write_them(staffed: Any) -> None:
    number = await staffed.declare(CLIENT)
    await note(staffed, number, "Lu par tous")
    for who in (SQP, ANNE, BASILE):
        assert [each["body"] for each in await notes(staffed, number, who)] == ["Lu par tous"]
        assert "internal" in (await staffed.incident(number, who))["threads"]
    assert (await staffed.incident(number, BASILE))["actions"]["write"] == []


async def test_a_note_is_no_answer_to_the_reseller(staffed: Any) -> None:
    number = await staffed.declare(RESELLER)
    await staffed.post(number, "sqp", RESELLER, "Avez-vous des nouvelles ?")
    before = (await staffed.as_(SQP).get(f"/desk/{number}")).json()
    await note(staffed, number)
    after = (await staffed.as_(SQP).get(f"/desk/{number}")).json()
    told = ("action", "action_at", "unanswered_since", "last_message")
    assert {name: after.get(name) for name in told} == {name: before.get(name) for name in told}
    assert before["action"] == "answer"

"""The threads: who reads and writes which, in what order, and until when. SQP's notes: test_notes.py, too."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

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
from events.incidents import FilesAttached, MessagePosted
from web.auth.principal import Principal

SQP_BASIC = person("sqp", "SQP", "basic")
BACK_OFFICE = back_office("incidents:read")
SIDES = {
    "client": ((RESELLER, RESELLER_BASIC), (CLIENT, CLIENT_BASIC)),
    "sqp": ((RESELLER, RESELLER_BASIC), (SQP, SQP_BASIC)),
}
OUTSIDE = {
    "client": (SQP, SQP_BASIC, BACK_OFFICE),
    "sqp": (CLIENT, CLIENT_BASIC),
    "internal": (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, BACK_OFFICE),
}
WRITERS = {"client": RESELLER, "sqp": RESELLER, "internal": SQP}


async def read(desk: Any, number: str, thread: str, by: Principal, **parameters: Any) -> Any:
    return await desk.as_(by).get(f"/incidents/{number}/messages", params={"thread": thread, **parameters})


@pytest.mark.parametrize("thread", ["client", "sqp"])
async def test_both_sides_of_a_thread_write_and_read_it(open_desk: Any, thread: str) -> None:
    number = await open_desk.declare()
    await open_desk.share(number)
    for administrator, _ in SIDES[thread]:
        assert (await open_desk.post(number, thread, administrator, administrator.name)).status_code == 201
    for reader in (member for side in SIDES[thread] for member in side):
        page = (await read(open_desk, number, thread, reader, sort="at")).json()
        assert [message["body"] for message in page["items"]] == [side[0].name for side in SIDES[thread]]
        assert [message["author"]["organisation_kind"] for message in page["items"]] == [
            side[0].organisation_kind for side in SIDES[thread]
        ]


@pytest.mark.parametrize("thread", OUTSIDE)
async def test_who_is_outside_finds_no_such_thread(open_desk: Any, thread: str) -> None:
    number = await open_desk.declare()
    await open_desk.share(number)
    before = [(await open_desk.as_(each).get(f"/incidents/{number}")).text for each in OUTSIDE[thread]]
    assert (await open_desk.post(number, thread, WRITERS[thread], "Entre nous")).status_code == 201
    told = len(await open_desk.harness.told(MessagePosted))
    for outsider in OUTSIDE[thread]:
        answer = await read(open_desk, number, thread, outsider)
        assert (answer.status_code, answer.json()["code"]) == (404, "thread_not_found")
        detail = await open_desk.as_(outsider).get(f"/incidents/{number}")
        assert thread not in detail.json()["threads"]
        assert "Entre nous" not in detail.text
    assert [(await open_desk.as_(each).get(f"/incidents/{number}")).text for each in OUTSIDE[thread]] == before
    writing = await open_desk.post(number, thread, OUTSIDE[thread][0], "Intrusion")
    assert (writing.status_code, writing.json()["code"]) == (404, "thread_not_found")
    assert len(await open_desk.harness.told(MessagePosted)) == told == (0 if thread == "internal" else 1)


async def test_an_incident_without_client_has_no_client_thread(desk: Any) -> None:
    await desk.register(client=None)
    number = await desk.declare()
    assert (await desk.incident(number, RESELLER))["threads"] == ["sqp"]
    assert (await read(desk, number, "client", RESELLER)).json()["code"] == "thread_not_found"
    assert (await desk.post(number, "client", RESELLER)).status_code == 404
    assert (await desk.attach(number, "client", RESELLER, uuid4())).status_code == 404


async def test_threads_do_not_mix(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "client", CLIENT, "Au revendeur")
    await open_desk.post(number, "sqp", SQP, "Du support")
    for thread, body in (("client", "Au revendeur"), ("sqp", "Du support")):
        page = (await read(open_desk, number, thread, RESELLER)).json()
        assert ([message["body"] for message in page["items"]], page["total"]) == ([body], 1)


@pytest.mark.parametrize("by", [RESELLER_BASIC, CLIENT_BASIC, SQP_BASIC])
async def test_basic_users_do_not_write(open_desk: Any, by: Principal) -> None:
    number = await open_desk.declare()
    for thread in ("client", "sqp", "internal"):
        answer = await open_desk.post(number, thread, by)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_message_is_told_with_an_excerpt_of_one_line(open_desk: Any) -> None:
    number = await open_desk.declare()
    answer = await open_desk.post(number, "sqp", SQP, "Bonjour,\n\n" + "mot " * 80)
    [told] = await open_desk.harness.told(MessagePosted)
    assert (told.number, told.thread, str(told.message_id)) == (number, "sqp", answer.json()["id"])
    assert told.excerpt.startswith("Bonjour, mot mot")
    assert len(told.excerpt) == 200
    assert (told.version, answer.json()["version"]) == (2, 1)


async def test_a_message_may_bring_files(open_desk: Any) -> None:
    number = await open_desk.declare()
    file_id = uuid4()
    message = (await open_desk.post(number, "client", CLIENT, "Photo", file_ids=[str(file_id)])).json()
    [told] = await open_desk.harness.told(FilesAttached)
    assert (told.scope, str(told.message_id), told.version) == ("client", message["id"], 3)
    await open_desk.bound(number, "client", file_id, CLIENT, name="photo.jpg")
    [seen] = (await read(open_desk, number, "client", RESELLER)).json()["items"]
    assert [(file["name"], file["state"]) for file in seen["attachments"]] == [("photo.jpg", "bound")]


@pytest.mark.parametrize("sort", ["at", "-at"])
async def test_pages_of_a_thread_hold_each_message_once_in_order(open_desk: Any, sort: str) -> None:
    number = await open_desk.declare()
    written = [f"message {rank}" for rank in range(7)]
    for body in written:
        await open_desk.post(number, "sqp", RESELLER, body)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await read(open_desk, number, "sqp", SQP, sort=sort, limit=3, **cursor)).json()
        seen += [message["body"] for message in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == (written if sort == "at" else written[::-1])
    assert page["total"] == 7


@pytest.mark.parametrize("road", [(), ("in_diagnosis", "resolved"), ("rejected",)])
async def test_one_still_writes_while_something_may_follow(open_desk: Any, road: tuple[str, ...]) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, *road)
    assert (await open_desk.post(number, "sqp", RESELLER)).status_code == 201
    assert (await open_desk.incident(number, RESELLER))["actions"]["write"] == ["client", "sqp"]


@pytest.mark.parametrize("road", [("in_diagnosis", "resolved", "closed"), ("cancelled",)])
async def test_a_closed_or_cancelled_incident_takes_no_message_and_no_file(
    open_desk: Any, road: tuple[str, ...]
) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER, "Avant")
    await open_desk.move(number, *road)
    message = await open_desk.post(number, "sqp", RESELLER)
    file = await open_desk.attach(number, "declaration", RESELLER, uuid4())
    assert [(answer.status_code, answer.json()["code"]) for answer in (message, file)] == [(409, "incident_over")] * 2
    seen = await open_desk.incident(number, RESELLER)
    assert (seen["actions"]["write"], seen["actions"]["attach"]) == ([], [])
    assert (await read(open_desk, number, "sqp", RESELLER)).json()["total"] == 1


async def test_a_repeated_submission_posts_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    http = open_desk.as_(SQP, **{"Idempotency-Key": "post-1"})
    answers = [await http.post(f"/incidents/{number}/messages?thread=sqp", json={"body": "Une fois"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await read(open_desk, number, "sqp", SQP)).json()["total"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"body": ""},
        {"body": "x" * 10_001},
        {"body": "\u0000\u200b\u2800"},
        {"body": 1},
        {"body": "a", "unknown": 1},
        {},
    ],
)
async def test_malformed_messages_are_refused(open_desk: Any, body: dict[str, Any]) -> None:
    number = await open_desk.declare()
    answer = await open_desk.as_(SQP).post(f"/incidents/{number}/messages?thread=sqp", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_input")


async def test_a_message_keeps_what_people_paste(open_desk: Any) -> None:
    number = await open_desk.declare()
    pasted = "Titre\vSous-titre\f\x1b[31mmd0 : dégradé\x1b[0m\0 \u202aC:\\logs\u202c\u2028👨‍👩‍👧‍👦 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 می‌خواهم"
    posted = await open_desk.as_(SQP).post(f"/incidents/{number}/messages?thread=sqp", json={"body": pasted})
    assert posted.status_code == 201
    [kept] = (await read(open_desk, number, "sqp", SQP)).json()["items"]
    assert kept["body"] == "Titre\nSous-titre\nmd0 : dégradé C:\\logs\n👨‍👩‍👧‍👦 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 می‌خواهم"


@pytest.mark.parametrize(
    "parameters", [{}, {"thread": "private"}, {"thread": "sqp", "sort": "body"}, {"thread": "sqp", "cursor": "x"}]
)
async def test_malformed_reading_is_refused(open_desk: Any, parameters: dict[str, str]) -> None:
    number = await open_desk.declare()
    answer = await open_desk.as_(SQP).get(f"/incidents/{number}/messages", params=parameters)
    assert answer.status_code == 422


@pytest.mark.parametrize("by", [OTHER_RESELLER, OTHER_CLIENT])
async def test_a_foreign_thread_is_the_same_404_as_a_missing_one(open_desk: Any, by: Principal) -> None:
    number = await open_desk.declare()
    for thread in ("client", "sqp", "internal"):
        for attempted in (number, "20010101"):
            answers = [await read(open_desk, attempted, thread, by), await open_desk.post(attempted, thread, by)]
            assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "incident_not_found")}

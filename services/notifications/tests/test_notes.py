"""SQP's notes: who hears of one, and that nobody else does, whatever the event names."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from services.notifications.tests.people import EVERYBODY, SQP_BASIC

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, person

ANNE = person("sqp", "SQP", name="Anne")
MENTIONED = ["[Note interne] Incident n. 20122301"]


async def test_whom_a_note_mentions_hears_of_it_in_the_bell_and_by_mail_without_its_text(world: Any) -> None:
    await world.tell(world.facts.note(SQP, [SQP_BASIC]))
    assert await world.told() == {"sqp_basic": MENTIONED}
    [line] = (await world.feed(SQP_BASIC))["items"]
    assert (line["kind"], line["subject"]["thread"]) == ("note_mentioned", "internal")
    assert line["subject"]["path"] == "/incidents/20122301?onglet=notes"
    assert line["body"].endswith("vous mentionne dans une note interne.")
    [email] = await world.emails()
    assert email["facts"].keys() == {"number", "actor", "first_name"}


async def test_who_wrote_notes_before_hears_of_the_next_without_mail(world: Any) -> None:
    await world.tell(world.facts.user(ANNE))
    await world.tell(world.facts.note(SQP_BASIC, [], [SQP, ANNE, SQP_BASIC]))
    assert await world.told() == {"sqp": MENTIONED}
    assert (await world.feed(ANNE))["items"][0]["kind"] == "note_written"
    assert (await world.feed(SQP_BASIC))["items"] == []
    assert await world.emails() == []


async def test_a_mention_outranks_an_earlier_note_and_nobody_is_told_twice(world: Any) -> None:
    await world.tell(world.facts.note(SQP, [SQP_BASIC, SQP], [SQP_BASIC, SQP]))
    [line] = (await world.feed(SQP_BASIC))["items"]
    assert line["kind"] == "note_mentioned"
    assert set(await world.told()) == {"sqp_basic"}


async def test_a_mail_of_mentions_is_sent_by_the_persons_choice(world: Any) -> None:
    async with world.harness.client(SQP_BASIC) as http:
        await http.put("/api/v1/notifications/preferences", json={"email": {"note_mentioned": False}})
    await world.tell(world.facts.note(SQP, [SQP_BASIC]))
    assert await world.told() == {"sqp_basic": MENTIONED}
    assert await world.emails() == []


@pytest.mark.parametrize("who", [RESELLER, CLIENT, OTHER_RESELLER])
async def test_who_is_not_of_sqp_hears_nothing_even_if_the_event_names_the_person(world: Any, who: Any) -> None:
    await world.tell(world.facts.note(SQP, [who], [who]), world.facts.note(SQP, [], [who], version=5))
    assert await world.told() == {}
    assert await world.emails() == []


async def test_open_pages_of_sqp_alone_are_told_of_notes_and_of_their_files(world: Any) -> None:
    named = world.facts.files("internal", SQP, message_id=uuid4())
    await world.tell(world.facts.note(SQP), named, world.facts.bound(named), world.facts.detached("internal", SQP))
    items = await world.rows(
        "SELECT audience, data FROM stream_items WHERE event = 'incident.changed' ORDER BY xid, id"
    )
    assert [item["data"]["what"] for item in items] == ["message", "files", "files"], items
    assert {item["data"]["thread"] for item in items} == {"internal"}
    assert {tuple(item["audience"]) for item in items} == {("sqp",)}
    assert set(await world.told()) <= {"sqp", "sqp_basic"}


async def test_the_mark_of_unread_notes_is_of_those_who_were_told(world: Any) -> None:
    await world.tell(world.facts.note(SQP, [SQP_BASIC]))
    marks = {}
    for who in EVERYBODY:
        async with world.harness.client(who) as http:
            marks[who.name] = (await http.get("/api/v1/notifications/unread")).json()["items"]
    assert [name for name, found in marks.items() if found] == [SQP_BASIC.name]
    assert marks[SQP_BASIC.name][0]["threads"] == ["internal"]

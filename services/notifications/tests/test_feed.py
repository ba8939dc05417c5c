"""The feed and the preferences: a person's own, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP, person

READ = "/api/v1/notifications/read"
PREFERENCES = "/api/v1/notifications/preferences"


async def post(world: Any, who: Any, path: str = READ, **body: Any) -> Any:
    async with world.harness.client(who) as http:
        return await http.post(path, json=body)


async def test_a_line_reads_as_in_the_guide_and_leads_to_its_subject(world: Any) -> None:
    await world.tell(world.facts.status("resolved"))
    page = await world.feed(RESELLER)
    [line] = page["items"]
    assert (line["title"], line["body"]) == ("[Nouveau statut] Incident n. 20122301", "Cet incident a été résolu.")
    assert line["subject"] == {"type": "incident", "id": "20122301", "thread": None, "path": "/incidents/20122301"}
    assert (line["kind"], line["unread"], page["unread_count"], page["total"]) == ("status_changed", True, 1, 1)


async def test_a_message_leads_to_its_thread(world: Any) -> None:
    await world.tell(world.facts.message("sqp", SQP))
    [line] = (await world.feed(RESELLER))["items"]
    assert line["subject"]["thread"] == "sqp"
    assert line["subject"]["path"] == "/incidents/20122301?onglet=messagerie-sqp"


async def test_the_language_is_the_readers(world: Any) -> None:
    await world.tell(world.facts.user(RESELLER, version=2, language="en"), world.facts.status("resolved"))
    assert (await world.feed(RESELLER))["items"][0]["body"] == "This incident has been resolved."
    assert (await world.feed(RESELLER_BASIC))["items"][0]["body"] == "Cet incident a été résolu."
    await world.tell(world.facts.user(RESELLER, version=3, language="fr"))
    assert (await world.feed(RESELLER))["items"][0]["body"] == "Cet incident a été résolu."


async def test_newest_first_in_pages_that_repeat_and_skip_nothing(world: Any) -> None:
    for number in range(7):
        await world.tell(world.facts.status(version=2 + number, number=f"2012230{number}"))
    # Three of them at the same instant: the id breaks the tie.
    await world.sql("UPDATE notifications SET created_at = '2020-12-23' WHERE facts->>'number' < '20122303'")
    ids, cursor = [], None
    while True:
        page = await world.feed(RESELLER, limit=2, **({"cursor": cursor} if cursor else {}))
        ids += [line["id"] for line in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(ids) == len(set(ids)) == page["total"] == 7
    whole = (await world.feed(RESELLER, limit=50))["items"]
    assert ids == [line["id"] for line in whole]
    assert [line["created_at"] for line in whole] == sorted((line["created_at"] for line in whole), reverse=True)


async def test_one_line_is_read_by_its_person_alone_and_stays_unread(world: Any) -> None:
    await world.tell(world.facts.status("resolved"))
    [line] = (await world.feed(RESELLER))["items"]
    path = f"/api/v1/notifications/{line['id']}"
    async with world.harness.client(RESELLER) as http:
        assert (await http.get(path)).json() == line
    async with world.harness.client(RESELLER_BASIC) as http:
        assert (await http.get(path)).status_code == 404


async def test_marking_read_counts_down_and_is_repeatable(world: Any) -> None:
    await world.tell(world.facts.status(), world.facts.status("closed", version=3))
    first, second = (await world.feed(RESELLER))["items"]
    assert (await post(world, RESELLER, ids=[first["id"]])).json() == {"marked": 1, "unread_count": 1}
    assert (await post(world, RESELLER, ids=[first["id"]])).json() == {"marked": 0, "unread_count": 1}
    assert [line["id"] for line in (await world.feed(RESELLER, unread=True))["items"]] == [second["id"]]
    assert (await post(world, RESELLER, all=True)).json() == {"marked": 1, "unread_count": 0}
    assert [line["unread"] for line in (await world.feed(RESELLER))["items"]] == [False, False]


async def test_a_basic_user_marks_their_own_read(world: Any) -> None:
    await world.tell(world.facts.status())
    assert (await post(world, RESELLER_BASIC, all=True)).json() == {"marked": 1, "unread_count": 0}


async def test_nobody_marks_or_reads_what_is_anothers(world: Any) -> None:
    await world.tell(world.facts.status())
    [theirs] = (await world.feed(RESELLER))["items"]
    for stranger in (RESELLER_BASIC, CLIENT, person("reseller", "REV-0002")):
        foreign = await post(world, stranger, ids=[theirs["id"]])
        missing = await post(world, stranger, ids=[str(uuid4())])
        assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
        assert theirs["id"] not in [line["id"] for line in (await world.feed(stranger))["items"]]
    assert (await world.feed(RESELLER))["unread_count"] == 1


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"all": False}, {"ids": ["x"]}, {"ids": [str(UUID(int=1))], "all": True}, {"more": 1}]
)
async def test_a_malformed_marking_is_refused(world: Any, body: dict[str, Any]) -> None:
    assert (await post(world, RESELLER, **body)).status_code == 422


async def test_a_malformed_cursor_is_refused(world: Any) -> None:
    async with world.harness.client(RESELLER) as http:
        for cursor in ("x", "W10", "eyJhIjoxfQ"):
            assert (await http.get("/api/v1/notifications", params={"cursor": cursor})).status_code == 422


async def test_preferences_have_sensible_defaults_and_are_ones_own(world: Any) -> None:
    async with world.harness.client(RESELLER_BASIC) as http:
        before = (await http.get(PREFERENCES)).json()["email"]
        put = await http.put(PREFERENCES, json={"email": {"status_changed": False, "files_attached": True}})
        after = (await http.get(PREFERENCES)).json()["email"]
    assert {kind for kind, wanted in before.items() if not wanted} == {
        "incident_shared",
        "files_attached",
        "contract_registered",
        "note_written",
    }
    assert put.json()["email"] == after
    assert {kind for kind, wanted in after.items() if not wanted} == {
        "incident_shared",
        "status_changed",
        "contract_registered",
        "note_written",
    }
    async with world.harness.client(RESELLER) as http:
        assert (await http.get(PREFERENCES)).json()["email"] == before


@pytest.mark.parametrize("email", [{"account_invited": False}, {"status_changed": "no"}, {"status_changed": None}])
async def test_links_are_no_preference_and_a_choice_is_yes_or_no(world: Any, email: dict[str, Any]) -> None:
    async with world.harness.client(RESELLER) as http:
        assert (await http.put(PREFERENCES, json={"email": email})).status_code == 422


async def test_what_is_old_is_forgotten(world: Any) -> None:
    await world.tell(world.facts.status(), world.facts.status("closed", version=3))
    old = datetime.now(UTC) - timedelta(days=366)
    await world.sql("UPDATE notifications SET created_at = :old WHERE facts->>'status' = 'resolved'", old=old)
    await world.sql("UPDATE stream_items SET created_at = now() - interval '7 hours'")
    await world.sql("UPDATE emails SET created_at = :old, state = 'sent' WHERE facts->>'status' = 'resolved'", old=old)
    await world.harness.run_job("notifications.forget")
    assert [line["body"] for line in (await world.feed(RESELLER))["items"]] == ["Cet incident a été clos."]
    assert {email["facts"]["status"] for email in await world.emails()} == {"closed"}
    async with world.harness.service.database.reader() as reader:
        assert (await reader.execute(text("SELECT count(*) FROM stream_items"))).scalar_one() == 0


def test_the_api_document_describes_the_stream(started: Any) -> None:
    paths = started.app.openapi()["paths"]
    answer = paths["/api/v1/notifications/stream"]["get"]["responses"]["200"]
    assert list(answer["content"]) == ["text/event-stream"]
    assert "/api/v1/notifications/read" in paths

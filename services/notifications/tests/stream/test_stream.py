"""The live stream: everything once, in order, to those who may read it, and to nobody else."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP
from events.identity import SessionClosed
from notifications import api, queries, sse
from notifications.stream import Hub


def changed(page: Any) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = page.events("incident.changed")
    return events


async def test_a_notification_arrives_with_its_words_and_the_unread_count(world: Any, open_page: Any) -> None:
    async with open_page(RESELLER) as page:
        assert page.headers["content-type"].startswith("text/event-stream")
        await world.tell(world.facts.status("resolved"), world.facts.status("closed", version=3))
        await page.until(lambda p: len(p.events("notification")) == 2)
    first, second = page.events("notification")
    assert (first["title"], first["body"]) == ("[Nouveau statut] Incident n. 20122301", "Cet incident a été résolu.")
    assert first["subject"]["path"] == "/incidents/20122301"
    assert second["unread_count"] == 2
    feed = (await world.feed(RESELLER))["items"]
    assert {line["id"] for line in feed} == {first["id"], second["id"]}


async def test_all_who_may_read_get_the_hint_the_authors_other_tabs_included(world: Any, open_page: Any) -> None:
    async with open_page(CLIENT) as one, open_page(CLIENT) as two, open_page(SQP) as sqp, open_page(RESELLER) as seller:
        await world.tell(world.facts.declared(CLIENT))
        for page in (one, two, sqp, seller):
            await page.until(lambda p: bool(changed(p)))
            assert changed(page) == [{"number": "20122301", "what": "declared"}]
        # The hint and the notice of one event are two items: either may come first.
        await sqp.until(lambda p: len(p.events("notification")) == 1)
    assert one.events("notification") == two.events("notification") == []


async def test_a_client_never_gets_a_hint_of_the_sqp_thread_nor_sqp_of_the_clients(world: Any, open_page: Any) -> None:
    async with open_page(CLIENT) as client, open_page(RESELLER) as seller, open_page(SQP) as sqp:
        await world.tell(
            world.facts.message("sqp", SQP),
            named := world.facts.files("sqp", RESELLER),
            world.facts.bound(named),
            world.facts.message("client", CLIENT),
            world.facts.status(),
        )
        for page in (client, seller, sqp):
            await page.until(lambda p: changed(p)[-1:] == [{"number": "20122301", "what": "status"}])
    threads = [{hint.get("thread") for hint in changed(page)} for page in (client, seller, sqp)]
    assert threads == [{"client", None}, {"client", "sqp", None}, {"sqp", None}]
    assert {hint["what"] for hint in changed(seller)} == {"message", "files", "status"}
    assert "sqp" not in str(client.seen)


async def test_sqps_pages_alone_hear_of_an_assignment_and_nobody_is_notified(world: Any, open_page: Any) -> None:
    async with open_page(CLIENT) as client, open_page(RESELLER) as seller, open_page(SQP) as sqp:
        await world.tell(world.facts.assigned(), world.facts.status())
        for page in (client, seller, sqp):
            await page.until(lambda p: changed(p)[-1:] == [{"number": "20122301", "what": "status"}])
    assert {"number": "20122301", "what": "desk"} in changed(sqp)
    assert "desk" not in str(client.seen) + str(seller.seen)


async def test_sqps_pages_alone_hear_who_is_at_an_incident(world: Any, open_page: Any) -> None:
    async with open_page(CLIENT) as client, open_page(RESELLER) as seller, open_page(SQP) as sqp:
        await world.tell(world.facts.present(), world.facts.status())
        for page in (client, seller, sqp):
            await page.until(lambda p: changed(p)[-1:] == [{"number": "20122301", "what": "status"}])
    assert {"number": "20122301", "what": "presence"} in changed(sqp)
    assert "presence" not in str(client.seen) + str(seller.seen)


async def test_strangers_get_nothing(world: Any, open_page: Any) -> None:
    async with open_page(OTHER_CLIENT) as client, open_page(OTHER_RESELLER) as reseller, open_page(RESELLER) as witness:
        await world.tell(world.facts.declared(CLIENT), world.facts.message("client", CLIENT))
        await witness.until(lambda p: len(p.events("notification")) == 2)
        comments = client.comments, reseller.comments
        await client.until(lambda p: p.comments > comments[0] + 1)
        await reseller.until(lambda p: p.comments > comments[1] + 1)
    assert client.seen == reseller.seen == []


async def test_reading_in_one_tab_is_told_to_the_other(world: Any, open_page: Any) -> None:
    await world.tell(world.facts.status(), world.facts.status("closed", version=3))
    [newest, _] = (await world.feed(RESELLER))["items"]
    async with open_page(RESELLER) as other, open_page(RESELLER_BASIC) as colleague:
        async with world.harness.client(RESELLER) as http:
            await http.post("/api/v1/notifications/read", json={"ids": [newest["id"]]})
        await other.until(lambda p: p.events("notifications.read") == [{"unread_count": 1}])
    assert colleague.events("notifications.read") == []


async def test_an_ended_session_loses_its_stream_and_the_persons_other_session_keeps_its_own(
    world: Any, open_page: Any
) -> None:
    assert RESELLER.session_id is not None
    other = dataclasses.replace(RESELLER, session_id=uuid4())
    async with open_page(RESELLER) as ended, open_page(other) as kept:
        whose = {"user_id": RESELLER.user_id, "organisation_id": RESELLER.organisation_id}
        closed = SessionClosed(version=2, session_id=RESELLER.session_id, **whose)
        await world.tell(closed)
        await ended.until(lambda p: p.ended)
        assert not kept.ended
    async with open_page(RESELLER) as again:
        assert again.status == 401


async def test_a_disabled_person_is_out_at_once_and_stays_out(world: Any, open_page: Any) -> None:
    async with open_page(RESELLER) as page, open_page(RESELLER_BASIC) as colleague:
        await world.tell(world.facts.user(RESELLER, version=2, status="disabled"))
        await page.until(lambda p: p.ended)
        assert not colleague.ended
    async with open_page(RESELLER) as again:
        assert again.status == 403


async def test_people_of_a_closed_organisation_are_out(world: Any, open_page: Any) -> None:
    async with open_page(CLIENT) as page:
        await world.tell(world.facts.organisation(CLIENT, portal_access=False))
        await page.until(lambda p: p.ended)


async def test_one_person_opens_so_many_pages_and_no_more(world: Any, open_page: Any) -> None:
    mine = [open_page(RESELLER) for _ in range(3)]
    async with mine[0], mine[1], mine[2], open_page(RESELLER) as fourth, open_page(CLIENT) as anothers:
        assert (fourth.status, anothers.status) == (429, 200)
        assert fourth.headers["retry-after"]
    async with asyncio.timeout(5):
        while open_pages(world):
            await asyncio.sleep(0.01)


async def test_those_who_come_at_once_get_no_more_places_and_the_rest_ask_no_database(
    world: Any, open_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def shut_out(*arguments: Any) -> Any:
        asked.append("once")
        await asyncio.sleep(0)
        return await queries.shut_out(*arguments)

    monkeypatch.setattr(api, "queries", SimpleNamespace(**{**vars(queries), "shut_out": shut_out}))
    async with AsyncExitStack() as stack:
        pages = await asyncio.gather(*(stack.enter_async_context(open_page(RESELLER)) for _ in range(40)))
        statuses = Counter(page.status for page in pages)
        assert statuses == {200: world.settings.streams_per_user, 429: 40 - world.settings.streams_per_user}
        assert len(asked) == world.settings.streams_per_user
        async with open_page(CLIENT) as anothers:
            assert anothers.status == 200
    async with asyncio.timeout(5):
        while open_pages(world):
            await asyncio.sleep(0.01)
    async with open_page(RESELLER) as again:
        assert again.status == 200


async def test_a_page_is_closed_after_its_time_so_that_the_browser_authenticates_again(world: Any) -> None:
    settings = world.settings.model_copy(update={"stream_max_age": 0.5, "stream_heartbeat": 0.2})
    chunks = [chunk async for chunk in sse.page(hub(world), RESELLER, settings)]
    assert chunks[0].startswith(b"retry: ")
    assert any(chunk.startswith(b": heartbeat") for chunk in chunks)
    assert open_pages(world) == 0


async def test_a_reader_that_takes_nothing_is_given_up(world: Any) -> None:
    page = sse.page(hub(world), RESELLER, world.settings)
    never = asyncio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await never.wait()

    async with asyncio.timeout(5):
        await sse.EventStream(page, send_timeout=0.1).stream_response(send)
    assert open_pages(world) == 0


async def test_nobody_listening_means_no_questions(world: Any) -> None:
    async with asyncio.timeout(5):
        while hub(world)._subscribers:
            await asyncio.sleep(0.01)
    before = hub(world).position
    await world.tell(world.facts.status())
    assert await hub(world).round() == 0
    assert hub(world).position == before


def hub(world: Any) -> Hub:
    found: Hub = world.harness.service.resources.hub
    return found


def open_pages(world: Any) -> int:
    assert RESELLER.user_id is not None
    return hub(world).open_pages(RESELLER.user_id)

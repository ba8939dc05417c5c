"""The live stream: everything once, in order, to those who may read it, and to nobody else."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from chassis.testkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP
from events.identity import SessionClosed
from notifications import sse
from notifications.stream import Hub, Item, Position, Subscriber


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
    assert one.events("notification") == two.events("notification") == []
    assert len(sqp.events("notification")) == 1


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


async def test_strangers_get_nothing(world: Any, open_page: Any) -> None:
    async with open_page(OTHER_CLIENT) as client, open_page(OTHER_RESELLER) as reseller, open_page(RESELLER) as witness:
        await world.tell(world.facts.declared(CLIENT), world.facts.message("client", CLIENT))
        await witness.until(lambda p: len(p.events("notification")) == 2)
        comments = client.comments, reseller.comments
        await client.until(lambda p: p.comments > comments[0] + 1)
        await reseller.until(lambda p: p.comments > comments[1] + 1)
    assert client.seen == reseller.seen == []


async def test_a_page_resumes_without_loss_or_repetition(world: Any, open_page: Any) -> None:
    async with open_page(RESELLER) as page, open_page(RESELLER) as witness:
        await world.tell(*(world.facts.status(version=v) for v in range(2, 5)))
        await page.until(lambda p: len(p.seen) == 6)
        await world.tell(*(world.facts.status("closed", version=v) for v in range(5, 8)))
        await witness.until(lambda p: len(p.seen) == 12)
        for cut in range(6):
            # Some of it was missed, and some comes while the page is open again.
            async with open_page(RESELLER, page.seen[cut][0]) as resumed:
                await world.tell(world.facts.detached("client", RESELLER, number=f"live {cut}"))
                await resumed.until(lambda p: changed(p)[-1:] == [live(cut)])  # noqa: B023
            await witness.until(lambda p: changed(p)[-1:] == [live(cut)])  # noqa: B023
            expected = [data for _, _, data in witness.seen[cut + 1 :]]
            assert [_same(data) for _, _, data in resumed.seen] == [_same(data) for data in expected]


def live(cut: int) -> dict[str, Any]:
    return {"number": f"live {cut}", "what": "files", "thread": "client"}


def _same(data: dict[str, Any]) -> dict[str, Any]:
    """The unread count is as of now, also in what is sent again."""
    return {name: value for name, value in data.items() if name != "unread_count"}


async def test_a_page_that_was_sent_nothing_yet_resumes_too(world: Any, open_page: Any) -> None:
    async with open_page(RESELLER) as page:
        opening = page.last_id
    assert opening
    await world.tell(world.facts.status())
    async with open_page(RESELLER, opening) as resumed:
        await resumed.until(lambda p: len(p.seen) == 2)


async def test_a_heartbeat_moves_the_id_on(world: Any, open_page: Any) -> None:
    async with open_page(RESELLER) as page, open_page(OTHER_RESELLER) as other:
        before = other.last_id
        await world.tell(world.facts.status())
        await page.until(lambda p: len(p.seen) == 2)
        await other.until(lambda p: p.last_id.split("-")[:2] != before.split("-")[:2])
    assert other.seen == []
    assert other.comments > 0


async def test_an_id_that_cannot_be_resumed_from_resets_the_page(world: Any, open_page: Any) -> None:
    ancient = f"1-1-{int(time.time()) - 7 * 3600}"
    elsewhere = f"{2**62}-1-{int(time.time())}"
    for bad in ("nonsense", "1-2", "-1-1-1", ancient, elsewhere, f"{2**70}-1-{int(time.time())}"):
        async with open_page(RESELLER, bad) as page:
            await page.until(lambda p: bool(p.events("reset")))
            await world.tell(world.facts.status())
            await page.until(lambda p: len(p.events("notification")) == 1)


async def test_a_transaction_that_commits_late_is_not_skipped(world: Any, open_page: Any) -> None:
    insert = text(
        "INSERT INTO stream_items (event, audience, data)"
        " VALUES ('incident.changed', ARRAY['sqp'], jsonb_build_object('number', cast(:number AS text)))"
    )
    database = world.harness.service.database
    async with open_page(SQP) as page:
        async with database.engine.connect() as late:
            await late.execute(insert, {"number": "late"})
            async with database.transaction() as session:
                await session.execute(insert, {"number": "early"})
            heartbeats = page.comments
            await page.until(lambda p: p.comments > heartbeats + 1)
            assert page.seen == []
            await late.commit()
        await page.until(lambda p: len(p.seen) == 2)
        async with database.transaction() as session:
            await session.execute(insert, {"number": "after"})
        await page.until(lambda p: len(p.seen) == 3)
    assert [data["number"] for data in page.events()] == ["late", "early", "after"]


async def test_a_late_commit_is_not_lost_between_two_openings(world: Any, open_page: Any) -> None:
    insert = text("INSERT INTO stream_items (event, audience, data) VALUES ('x', ARRAY['sqp'], '{}')")
    async with world.harness.service.database.engine.connect() as late:
        await late.execute(insert)
        async with open_page(SQP) as page:
            await page.until(lambda p: p.comments > 0)
            last = page.last_id
        assert page.seen == []
        await late.commit()
    async with open_page(SQP, last) as resumed:
        await resumed.until(lambda p: len(p.seen) == 1)


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


async def test_a_page_is_closed_after_its_time_so_that_the_browser_authenticates_again(world: Any) -> None:
    settings = world.settings.model_copy(update={"stream_max_age": 0.5, "stream_heartbeat": 0.2})
    chunks = [chunk async for chunk in sse.page(hub(world), RESELLER, settings)]
    assert chunks[0].startswith(b"retry: ")
    assert any(chunk.startswith(b": heartbeat") for chunk in chunks)
    assert open_pages(world) == 0


async def test_a_page_that_lags_is_cut_and_resumes_where_it_was(world: Any, open_page: Any) -> None:
    capacity = 4
    slow = Hub(world.harness.service.database, world.settings.model_copy(update={"stream_queue": capacity}))
    page = sse.page(slow, SQP, world.settings)
    opening = await anext(page)
    [subscriber] = slow._subscribers
    insert = text(
        "INSERT INTO stream_items (event, audience, data)"
        " SELECT 'incident.changed', ARRAY['sqp'], jsonb_build_object('number', n) FROM generate_series(1, 20) AS n"
    )
    async with world.harness.service.database.transaction() as session:
        await session.execute(insert)
    await slow.round()
    assert subscriber.over
    assert subscriber.queue.qsize() <= capacity
    assert [chunk async for chunk in page] == []
    last_id = opening.split(b"id: ")[1].split(b"\n")[0].decode()
    async with open_page(SQP, last_id) as resumed:
        await resumed.until(lambda p: len(p.seen) == 20)
    assert [data["number"] for data in resumed.events()] == list(range(1, 21))


async def test_a_process_that_lags_behind_repeats_nothing(world: Any, open_page: Any) -> None:
    lagging = Hub(world.harness.service.database, world.settings)
    await lagging.join(SQP)
    async with open_page(SQP) as page:
        await world.tell(world.facts.declared(CLIENT))
        await page.until(lambda p: len(p.seen) == 2)
    moved = sse.page(lagging, SQP, world.settings, page.last_id)
    assert await anext(moved) == b"retry: 2000\n\n"
    await world.tell(world.facts.status())
    async with asyncio.timeout(5):
        while lagging.position.xid <= int(page.last_id.split("-")[0]):
            await lagging.round()
    assert b'"what":"status"' in await anext(moved)
    await moved.aclose()


async def test_a_reader_that_takes_nothing_is_given_up(world: Any) -> None:
    page = sse.page(hub(world), RESELLER, world.settings)
    never = asyncio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await never.wait()

    async with asyncio.timeout(5):
        await sse.EventStream(page, send_timeout=0.1).stream_response(send)
    assert open_pages(world) == 0


def test_what_a_cut_page_had_queued_was_not_sent_and_is_dropped() -> None:
    queue: asyncio.Queue[Item | None] = asyncio.Queue(2)
    assert RESELLER.user_id is not None
    subscriber = Subscriber(RESELLER.user_id, RESELLER.session_id, frozenset(), Position(0, 0), queue)
    for number in range(5):
        subscriber.offer(Item(Position(1, number), "x", {}))
    assert queue.qsize() == 1
    assert queue.get_nowait() is None


async def test_nobody_listening_means_no_questions(world: Any) -> None:
    async with asyncio.timeout(5):
        while hub(world)._subscribers:
            await asyncio.sleep(0.01)
    before = hub(world).position
    await world.tell(world.facts.status())
    assert await hub(world).round() == 0
    assert hub(world).position == before


def hub(world: Any) -> Hub:
    found: Hub = world.harness.service.resources
    return found


def open_pages(world: Any) -> int:
    assert RESELLER.user_id is not None
    return hub(world).open_pages(RESELLER.user_id)

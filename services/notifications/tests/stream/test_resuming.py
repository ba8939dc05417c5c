"""A page that comes back gets what it missed: everything once, in order."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP
from notifications import sse
from notifications.stream import Hub, Item, Position, Subscriber


def changed(page: Any) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = page.events("incident.changed")
    return events


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
        read = sse.Cursors(world.settings).read
        before = read(other.last_id)
        await world.tell(world.facts.status())
        await page.until(lambda p: len(p.seen) == 2)
        await other.until(lambda p: read(p.last_id) != before)
    assert other.seen == []
    assert other.comments > 0


async def test_an_id_that_cannot_be_resumed_from_resets_the_page(world: Any, open_page: Any) -> None:
    cursors = sse.Cursors(world.settings)
    sealed, _, now = cursors.write(Position(1, 1)).partition("-")
    ancient = f"{sealed}-{int(now) - 7 * 3600}"
    elsewhere, negative = cursors.write(Position(2**62, 1)), cursors.write(Position(-1, 1))
    for bad in ("nonsense", "1-2", "-1-1-1", f"1-1-{now}", f"{sealed[2:]}-{now}", ancient, elsewhere, negative):
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
        seen = sse.Cursors(world.settings).read(page.last_id)
        while seen is not None and lagging.position <= seen:
            await lagging.round()
    assert b'"what":"status"' in await anext(moved)
    await moved.aclose()


def test_what_a_cut_page_had_queued_was_not_sent_and_is_dropped() -> None:
    queue: asyncio.Queue[Item | None] = asyncio.Queue(2)
    assert RESELLER.user_id is not None
    subscriber = Subscriber(RESELLER.user_id, RESELLER.session_id, frozenset(), Position(0, 0), queue)
    for number in range(5):
        subscriber.offer(Item(Position(1, number), "x", {}))
    assert queue.qsize() == 1
    assert queue.get_nowait() is None


async def test_an_id_tells_nobody_how_much_happens_elsewhere(world: Any, open_page: Any) -> None:
    async with open_page(RESELLER) as page:
        await world.tell(world.facts.status())
        await page.until(lambda p: len(p.seen) == 2)
    position = sse.Cursors(world.settings).read(page.last_id)
    assert position is not None
    assert not {str(position.xid), str(position.id)} & set(page.last_id.split("-"))
    assert all(number.to_bytes(8).hex() not in page.last_id for number in position)

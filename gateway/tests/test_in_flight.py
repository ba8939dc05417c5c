"""One caller's many requests at a time take nothing from anybody else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from starlette.types import Receive, Scope, Send

from api.upstreams import SESSION_COOKIE
from devkit.fake_upstream import OpenSite, PublishedKeys, Site, Upstream, answer, start
from gateway.in_flight import InFlight
from web.errors import TooManyRequests

CONTRACTS = "/api/v1/contracts"
PAGE = "/contrats"
FORM = "/incidents/1/fichiers"


@dataclass
class Slow:
    """A service that answers when it may."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most: int = 0
    came: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.came.release()
        await self.may_answer.wait()
        self.under_way -= 1
        await answer({})(scope, receive, send)

    async def have_come(self, number: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(number):
                await self.came.acquire()


def _anna(keys: PublishedKeys) -> dict[str, str]:
    return {"Authorization": f"Bearer {keys.token('anna')}"}


async def _status(edge: Site, path: str, headers: dict[str, str]) -> int:
    async with asyncio.timeout(10), edge.http.get(path, headers=headers) as got:
        return got.status


async def test_what_one_asks_beyond_its_places_waits_and_others_pass(
    open_edge: OpenSite, upstream: Upstream, keys: PublishedKeys
) -> None:
    upstream.handlers[CONTRACTS] = slow = Slow()
    async with open_edge(in_flight=2, in_flight_waiting=10) as edge:
        asked = [asyncio.create_task(_status(edge, CONTRACTS, _anna(keys))) for _ in range(9)]
        await slow.have_come(2)
        bruno = {"Authorization": f"Bearer {keys.token('bruno')}"}
        assert await _status(edge, "/api/v1/incidents", bruno) == 200
        assert slow.under_way == 2
        slow.may_answer.set()
        assert await asyncio.gather(*asked) == [200] * 9
    assert slow.most == 2


async def test_when_too_many_wait_the_next_is_refused_at_once(
    open_edge: OpenSite, upstream: Upstream, keys: PublishedKeys
) -> None:
    upstream.handlers[CONTRACTS] = slow = Slow()
    async with open_edge(in_flight=1, in_flight_waiting=0) as edge:
        asked = asyncio.create_task(_status(edge, CONTRACTS, _anna(keys)))
        await slow.have_come(1)
        async with edge.http.get(CONTRACTS, headers=_anna(keys)) as got:
            assert (got.status, got.headers["Retry-After"]) == (429, "2")
        slow.may_answer.set()
        assert await asked == 200
        assert await _status(edge, CONTRACTS, _anna(keys)) == 200


async def test_who_has_waited_long_is_told_when_to_come_back(
    open_edge: OpenSite, upstream: Upstream, keys: PublishedKeys
) -> None:
    upstream.handlers[CONTRACTS] = slow = Slow()
    async with open_edge(in_flight=1, in_flight_patience=0.05) as edge:
        asked = asyncio.create_task(_status(edge, CONTRACTS, _anna(keys)))
        await slow.have_come(1)
        assert await _status(edge, CONTRACTS, _anna(keys)) == 429
        slow.may_answer.set()
        assert await asked == 200


@pytest.mark.parametrize(
    ("path", "mine", "anothers"),
    [
        (PAGE, {"Cookie": f"{SESSION_COOKIE}=a; x=1"}, {"Cookie": f"x=1; {SESSION_COOKIE}=b"}),
        (PAGE, {}, {"Cookie": f"{SESSION_COOKIE}=b"}),
        (PAGE, {"Cookie": f"{SESSION_COOKIE}=a"}, {}),
        (PAGE, {"Cookie": "x=1"}, {"Cookie": f"{SESSION_COOKIE}=b"}),
    ],
    ids=["two sessions", "address and session", "session and address", "another cookie"],
)
async def test_pages_are_counted_by_session_otherwise_by_address(
    open_edge: OpenSite, upstream: Upstream, path: str, mine: dict[str, str], anothers: dict[str, str]
) -> None:
    upstream.handlers[path] = slow = Slow()
    limits = {"in_flight": 1, "in_flight_of_address": 1, "in_flight_waiting": 0}
    async with open_edge(**limits) as edge:
        asked = [asyncio.create_task(_status(edge, path, headers)) for headers in (mine, anothers)]
        await slow.have_come(2)
        assert await _status(edge, path, {**mine, "X-Other": "1"}) == 429
        assert await _status(edge, "/portail/digest/frame.css", mine) == 200
        assert await _status(edge, "/livez", mine) == 200
        slow.may_answer.set()
        assert await asyncio.gather(*asked) == [200, 200]


async def test_uploads_hold_up_no_page(open_edge: OpenSite, upstream: Upstream) -> None:
    upstream.handlers[FORM] = slow = Slow()
    mine = {"Cookie": f"{SESSION_COOKIE}=a"}

    async def send(body: bytes) -> int:
        async with edge.http.post(FORM, data=body, headers=mine) as got:
            return got.status

    async with open_edge(in_flight=1, in_flight_uploads=1, in_flight_waiting=0) as edge:
        asked = asyncio.create_task(send(b"x" * 65_537))
        await slow.have_come(1)
        assert await _status(edge, PAGE, mine) == 200
        assert await send(b"x" * 65_537) == 429
        slow.may_answer.set()
        assert await asked == 200


async def test_an_open_stream_holds_no_place(open_edge: OpenSite, upstream: Upstream, keys: PublishedKeys) -> None:
    path = "/api/v1/notifications/stream"

    async def stream(_: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-type": "text/event-stream; charset=utf-8"})
        await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    upstream.handlers[path] = stream
    async with open_edge(in_flight=1, in_flight_waiting=0) as edge, edge.http.get(path, headers=_anna(keys)) as open_:
        assert await open_.content.readline() == b": open\n"
        assert await _status(edge, CONTRACTS, _anna(keys)) == 200


async def test_it_can_be_switched_off(open_edge: OpenSite, upstream: Upstream, keys: PublishedKeys) -> None:
    upstream.handlers[CONTRACTS] = slow = Slow()
    async with open_edge(rate_limited=False, in_flight=1, in_flight_waiting=0) as edge:
        asked = [asyncio.create_task(_status(edge, CONTRACTS, _anna(keys))) for _ in range(3)]
        await slow.have_come(3)
        slow.may_answer.set()
        assert await asyncio.gather(*asked) == [200] * 3


@pytest.mark.parametrize("ended", ["answered", "failed", "gone", "handed back"])
async def test_a_place_is_free_again_however_it_ended(ended: str) -> None:
    places = InFlight(1, 1, patience=10)
    inside = asyncio.Event()

    async def hold() -> None:
        async with places.place("anna") as hand_back:
            inside.set()
            if ended == "failed":
                raise LookupError
            if ended == "handed back":
                hand_back()
                assert len(places) == 0
            if ended == "gone":
                await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    if ended == "gone":
        task.cancel()
    (result,) = await asyncio.gather(task, return_exceptions=True)
    assert type(result) is {"failed": LookupError, "gone": asyncio.CancelledError}.get(ended, type(None))
    assert len(places) == 0


async def test_who_gives_up_waiting_or_is_refused_leaves_no_trace() -> None:
    places = InFlight(1, 1, patience=10)

    async def ask() -> None:
        async with places.place("anna"):
            pass

    async with places.place("anna"):
        waits = asyncio.create_task(ask())
        await asyncio.sleep(0)  # it stands in line now
        with pytest.raises(TooManyRequests):
            await ask()
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
        again = asyncio.create_task(ask())
    await again
    assert len(places) == 0

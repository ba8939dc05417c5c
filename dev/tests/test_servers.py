"""The stack's listeners: each answer leaves at once, and localhost is both of its addresses."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import start
from devstack.servers import Listener, PortTaken

CALLS = 25
# With Nagle's algorithm each of the calls waits 40 ms for a delayed acknowledgement.
ALLOWED = CALLS * 0.020


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")


async def _in_two_writes(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, 200, {"content-length": "8"})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    await send({"type": "http.response.body", "body": b"half"})


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener(for_people=True)
    await made.serve(_in_two_writes, started=True)
    yield made
    await made.stop()


async def _seconds(url: str) -> float:
    """The quickest of three rounds: the machine may be busy."""
    rounds = []
    async with aiohttp.ClientSession() as http:
        for _ in range(3):
            began = time.perf_counter()
            for _ in range(CALLS):
                async with http.get(url) as answer:
                    assert await answer.read() == b"halfhalf"
            rounds.append(time.perf_counter() - began)
    return min(rounds)


async def test_no_answer_waits_for_an_acknowledgement(listener: Listener) -> None:
    assert await _seconds(listener.url) < ALLOWED


@needs_ipv6
async def test_people_reach_it_over_ipv6_as_well(listener: Listener) -> None:
    assert await _seconds(f"http://[::1]:{listener.port}") < ALLOWED


@needs_ipv6
async def test_a_port_that_is_taken_on_one_of_the_addresses_is_taken() -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        with pytest.raises(PortTaken):
            Listener(port=other.getsockname()[1], for_people=True)


async def test_of_two_that_start_together_the_second_is_told_that_the_port_is_taken() -> None:
    """Both may bind it while neither listens."""
    first = Listener()
    second = Listener(port=first.port)
    await first.serve(_in_two_writes, started=True)
    with pytest.raises(PortTaken, match=f"port {first.port} .*PORT="):
        await second.serve(_in_two_writes, started=True)
    await first.stop()


async def test_without_ipv6_the_one_address_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def without_ipv6(family: int = -1, *arguments: int, **options: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return real(family, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr("devstack.servers.socket.socket", without_ipv6)
        listener = Listener(for_people=True)
    await listener.serve(_in_two_writes, started=True)
    assert await _seconds(listener.url) < ALLOWED
    await listener.stop()

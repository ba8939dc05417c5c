"""Browser sessions: the cookie outside, the token inside, and who may act with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.testkit.loopback import PublishedKeys, Site, Upstream, answer
from gateway.sessions import close_session, open_session

OpenEdge = Callable[..., AbstractAsyncContextManager[Site]]

CONTRACTS = "/api/v1/contracts"
EXCHANGE = "/api/v1/auth/exchange"
BROWSER = {"Cookie": "theme=dark; __Host-session=s3cret", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def token(upstream: Upstream, keys: PublishedKeys) -> str:
    token = keys.token("user-of-the-browser")
    upstream.handlers[EXCHANGE] = answer({"access_token": token, "token_type": "Bearer", "expires_in": 60})
    return token


async def test_the_cookie_becomes_a_token_and_stays_outside(edge: Site, upstream: Upstream, token: str) -> None:
    async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
        assert got.status == 200
        assert token not in str(got.headers)
    [seen] = upstream.requests(CONTRACTS)
    assert seen.headers["authorization"] == f"Bearer {token}"
    assert "cookie" not in seen.headers


async def test_many_requests_of_one_session_exchange_once(edge: Site, upstream: Upstream, token: str) -> None:
    slowly = answer({"access_token": token, "token_type": "Bearer", "expires_in": 60})
    waiting = asyncio.Event()

    async def exchange(scope: Scope, receive: Receive, send: Send) -> None:
        await waiting.wait()
        await slowly(scope, receive, send)

    upstream.handlers[EXCHANGE] = exchange

    async def ask() -> int:
        async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
            return got.status

    asking = [asyncio.create_task(ask()) for _ in range(20)]
    async with edge.http.get("/livez") as got:  # all of them have reached the gateway by now, and none is answered
        assert got.status == 200
    assert not any(task.done() for task in asking)
    waiting.set()
    assert set(await asyncio.gather(*asking)) == {200}
    assert len(upstream.requests(EXCHANGE)) == 1


@pytest.mark.parametrize(("expires_in", "exchanges"), [(60, 1), (5, 2)], ids=["kept", "about to expire"])
async def test_a_token_is_kept_no_longer_than_it_is_good(
    edge: Site, upstream: Upstream, token: str, expires_in: int, exchanges: int
) -> None:
    upstream.handlers[EXCHANGE] = answer({"access_token": token, "token_type": "Bearer", "expires_in": expires_in})
    for _ in range(2):
        async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
            assert got.status == 200
    assert len(upstream.requests(EXCHANGE)) == exchanges


async def test_a_revoked_session_is_out_when_the_kept_token_is(
    open_edge: OpenEdge, upstream: Upstream, token: str
) -> None:
    async with open_edge(session_cache=0) as edge:
        async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
            assert got.status == 200
        upstream.handlers[EXCHANGE] = answer({"code": "unauthenticated"}, 401)
        async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
            assert got.status == 401


async def test_a_dead_session_gets_401_and_loses_its_cookie(edge: Site, upstream: Upstream) -> None:
    upstream.handlers[EXCHANGE] = answer({"code": "unauthenticated"}, 401)
    for _ in range(2):
        async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
            assert (got.status, (await got.json(content_type=None))["code"]) == (401, "session_ended")
            cleared = got.headers["Set-Cookie"]
    assert cleared.startswith('__Host-session="";')
    assert "Max-Age=0" in cleared
    assert len(upstream.requests(EXCHANGE)) == 1
    assert upstream.requests(CONTRACTS) == []


async def test_while_identity_is_away_the_session_is_neither_dead_nor_used(edge: Site, upstream: Upstream) -> None:
    upstream.handlers[EXCHANGE] = answer({}, 503)
    async with edge.http.get(CONTRACTS, headers=BROWSER) as got:
        assert got.status == 503
        assert "Set-Cookie" not in got.headers
    assert upstream.requests(CONTRACTS) == []


async def test_a_bearer_token_goes_before_the_cookie(
    edge: Site, upstream: Upstream, keys: PublishedKeys, token: str
) -> None:
    own = keys.token("a system")
    async with edge.http.post(CONTRACTS, headers={**BROWSER, "Authorization": f"Bearer {own}"}) as got:
        assert got.status == 200
    assert upstream.requests(CONTRACTS)[0].headers["authorization"] == f"Bearer {own}"
    assert upstream.requests(EXCHANGE) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://portail.example"}, 403),
        ({"Origin": "https://portail.example"}, 200),
        ({"Origin": "https://portail.example.evil.example"}, 403),
        ({"Origin": "http://portail.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Referer": "https://portail.example/"}, 403),
        ({}, 403),
    ],
)
async def test_a_change_must_come_from_our_own_pages(
    open_edge: OpenEdge, upstream: Upstream, token: str, headers: dict[str, str], status: int
) -> None:
    sent = {"Cookie": "__Host-session=s3cret", **headers}
    async with (
        open_edge(public_url="https://portail.example") as edge,
        edge.http.post(CONTRACTS, headers=sent) as got,
    ):
        assert got.status == status
    assert len(upstream.requests(CONTRACTS)) == (1 if status == 200 else 0)


async def test_a_read_may_come_from_a_link_elsewhere(edge: Site, token: str) -> None:
    async with edge.http.get(CONTRACTS, headers={**BROWSER, "Sec-Fetch-Site": "cross-site"}) as got:
        assert got.status == 200


@pytest.mark.parametrize("cookie", ["__Host-session=", "__Host-session=" + "x" * 600, "session=s3cret"])
async def test_what_can_be_no_session_is_not_asked_about(edge: Site, upstream: Upstream, cookie: str) -> None:
    async with edge.http.get(CONTRACTS, headers={"Cookie": cookie}) as got:
        assert got.status == 200
    assert upstream.requests(EXCHANGE) == []


def test_a_session_cookie_is_out_of_reach_of_scripts_and_of_plain_http() -> None:
    response = Response()
    open_session(response, "s3cret")
    attributes = _attributes(response)
    assert attributes.pop("__Host-session") == "s3cret"
    assert attributes == {"httponly": "", "path": "/", "samesite": "lax", "secure": ""}


def test_a_remembered_session_outlives_the_browser() -> None:
    response = Response()
    open_session(response, "s3cret", max_age=30 * 86400)
    assert _attributes(response)["max-age"] == "2592000"


def test_closing_takes_the_cookie_back() -> None:
    response = Response()
    close_session(response)
    attributes = _attributes(response)
    assert (attributes["__Host-session"], attributes["max-age"], attributes["secure"]) == ('""', "0", "")


def _attributes(response: Response) -> dict[str, Any]:
    pairs = (part.strip().partition("=") for part in response.headers["set-cookie"].split(";"))
    return {name if name.startswith("__") else name.lower(): value for name, _, value in pairs}

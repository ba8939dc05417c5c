"""Browser sessions: the cookie outside, the token inside, and who may act with them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import OpenSite, PublishedKeys, Site, Upstream, answer
from devkit.harness import RESELLER
from portal.sessions import EXCHANGES, close_session, open_session
from web.http import request_log

FILE = "/fichiers/0b1e1f6a-3c1d-4b0e-9a57-0a4e6f1b2c3d"
SEEN = "/api/v1/files/0b1e1f6a-3c1d-4b0e-9a57-0a4e6f1b2c3d"
EXCHANGE = "/api/v1/auth/exchange"
BROWSER = {"Cookie": "theme=dark; __Host-session=s3cret", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def token(upstream: Upstream, keys: PublishedKeys) -> str:
    token = keys.token("user-of-the-browser")
    upstream.handlers[EXCHANGE] = answer({"access_token": token, "token_type": "Bearer", "expires_in": 60})
    return token


async def test_the_cookie_becomes_a_token_and_stays_outside(site: Site, upstream: Upstream, token: str) -> None:
    async with site.http.get(FILE, headers=BROWSER) as got:
        assert got.status == 200
        assert token not in str(got.headers)
    [seen] = upstream.requests(SEEN)
    assert seen.headers["authorization"] == f"Bearer {token}"
    assert "cookie" not in seen.headers


@pytest.mark.parametrize("path", [FILE, "/contrats"])
async def test_the_log_of_requests_names_the_person_and_no_token(
    site: Site, upstream: Upstream, keys: PublishedKeys, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    token = keys.token(str(RESELLER.user_id), person=RESELLER)
    upstream.handlers[EXCHANGE] = answer({"access_token": token, "token_type": "Bearer", "expires_in": 60})
    caplog.set_level("INFO", request_log.log.name)
    async with site.http.get(path, headers=BROWSER):
        pass
    async with site.http.get("/connexion"):
        pass
    told = [line for line in caplog.records if line.name == request_log.log.name and vars(line)["path"] != EXCHANGE]
    callers = {vars(line)["path"]: (vars(line)["subject"], vars(line)["organisation"]) for line in told}
    assert callers == {path: (RESELLER.subject, str(RESELLER.organisation_id)), "/connexion": (None, None)}
    assert token not in caplog.text


async def test_many_requests_of_one_session_exchange_once(site: Site, upstream: Upstream, token: str) -> None:
    slowly = answer({"access_token": token, "token_type": "Bearer", "expires_in": 60})
    waiting = asyncio.Event()

    async def exchange(scope: Scope, receive: Receive, send: Send) -> None:
        await waiting.wait()
        await slowly(scope, receive, send)

    upstream.handlers[EXCHANGE] = exchange

    async def ask() -> int:
        async with site.http.get(FILE, headers=BROWSER) as got:
            return got.status

    asking = [asyncio.create_task(ask()) for _ in range(20)]
    async with site.http.get("/livez") as got:  # all of them have reached the gateway by now, and none is answered
        assert got.status == 200
    assert not any(task.done() for task in asking)
    waiting.set()
    assert set(await asyncio.gather(*asking)) == {200}
    assert len(upstream.requests(EXCHANGE)) == 1


async def test_made_up_sessions_are_exchanged_a_few_at_a_time(site: Site, upstream: Upstream, token: str) -> None:
    """Three hundred at once took every connection of identity's database."""
    under_way, most = 0, 0
    refused = answer({"code": "session_over"}, status=401)

    async def exchange(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        await refused(scope, receive, send)
        under_way -= 1

    upstream.handlers[EXCHANGE] = exchange

    async def ask(number: int) -> int:
        made_up = {**BROWSER, "Cookie": f"__Host-session=made-up-{number}"}
        async with site.http.get(FILE, headers=made_up) as got:
            return got.status

    assert set(await asyncio.gather(*map(ask, range(60)))) == {401}
    assert 0 < most <= EXCHANGES


@pytest.mark.parametrize(("expires_in", "exchanges"), [(60, 1), (5, 2)], ids=["kept", "about to expire"])
async def test_a_token_is_kept_no_longer_than_it_is_good(
    site: Site, upstream: Upstream, token: str, expires_in: int, exchanges: int
) -> None:
    upstream.handlers[EXCHANGE] = answer({"access_token": token, "token_type": "Bearer", "expires_in": expires_in})
    for _ in range(2):
        async with site.http.get(FILE, headers=BROWSER) as got:
            assert got.status == 200
    assert len(upstream.requests(EXCHANGE)) == exchanges


async def test_a_revoked_session_is_out_when_the_kept_token_is(
    open_portal: OpenSite, upstream: Upstream, token: str
) -> None:
    async with open_portal(session_cache=0) as site:
        async with site.http.get(FILE, headers=BROWSER) as got:
            assert got.status == 200
        upstream.handlers[EXCHANGE] = answer({"code": "unauthenticated"}, 401)
        async with site.http.get(FILE, headers=BROWSER) as got:
            assert got.status == 401


async def test_a_page_of_another_person_reads_and_changes_nothing(site: Site, upstream: Upstream, token: str) -> None:
    for method, path in (("GET", FILE), ("DELETE", FILE), ("POST", "/fichiers"), ("GET", "/flux")):
        headers = {**BROWSER, "X-Person": "who-was-here-before"}
        async with site.http.request(method, path, headers=headers) as got:
            assert (got.status, (await got.json())["code"]) == (409, "another_person")
    assert {seen.path for seen in upstream.seen} <= {EXCHANGE, "/.well-known/jwks.json"}
    async with site.http.get(FILE, headers={**BROWSER, "X-Person": "user-of-the-browser"}) as got:
        assert got.status == 200


async def test_a_dead_session_gets_401_and_loses_its_cookie(site: Site, upstream: Upstream) -> None:
    upstream.handlers[EXCHANGE] = answer({"code": "unauthenticated"}, 401)
    for _ in range(2):
        async with site.http.get(FILE, headers=BROWSER) as got:
            assert (got.status, (await got.json(content_type=None))["code"]) == (401, "session_ended")
            cleared = got.headers["Set-Cookie"]
    assert cleared.startswith('__Host-session="";')
    assert "Max-Age=0" in cleared
    assert len(upstream.requests(EXCHANGE)) == 1
    assert upstream.requests(SEEN) == []


async def test_while_identity_is_away_the_session_is_neither_dead_nor_used(site: Site, upstream: Upstream) -> None:
    upstream.handlers[EXCHANGE] = answer({}, 503)
    async with site.http.get(FILE, headers=BROWSER) as got:
        assert got.status == 503
        assert "Set-Cookie" not in got.headers
    assert upstream.requests(SEEN) == []


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
    open_portal: OpenSite, upstream: Upstream, token: str, headers: dict[str, str], status: int
) -> None:
    sent = {"Cookie": "__Host-session=s3cret", **headers}
    async with (
        open_portal(public_url="https://portail.example") as site,
        site.http.post("/fichiers", headers=sent) as got,
    ):
        assert got.status == status
    assert len(upstream.requests("/api/v1/files")) == (1 if status == 200 else 0)


async def test_a_read_may_come_from_a_link_elsewhere(site: Site, token: str) -> None:
    async with site.http.get(FILE, headers={**BROWSER, "Sec-Fetch-Site": "cross-site"}) as got:
        assert got.status == 200


@pytest.mark.parametrize("cookie", ["__Host-session=", "__Host-session=" + "x" * 600, "session=s3cret"])
async def test_what_can_be_no_session_is_not_asked_about(site: Site, upstream: Upstream, cookie: str) -> None:
    async with site.http.get(FILE, headers={"Cookie": cookie}) as got:
        assert (got.status, (await got.json(content_type=None))["code"]) == (401, "session_ended")
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


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("GET", "/flux", "/api/v1/notifications/stream"),
        ("POST", "/fichiers", "/api/v1/files"),
        ("DELETE", FILE, SEEN),
        ("GET", f"{FILE}/contenu", f"{SEEN}/content"),
        ("GET", f"{FILE}/apercu", f"{SEEN}/thumbnail"),
    ],
)
async def test_what_a_page_asks_by_itself_reaches_its_service(
    site: Site, upstream: Upstream, token: str, method: str, path: str, target: str
) -> None:
    async with site.http.request(method, path, headers=BROWSER) as got:
        assert got.status == 200
    [seen] = upstream.requests(target)
    assert (seen.method, seen.headers["authorization"]) == (method, f"Bearer {token}")

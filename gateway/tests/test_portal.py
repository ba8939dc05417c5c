"""Everything that is no API goes to the portal, with its cookies; none reaches the API."""

from __future__ import annotations

import pytest

from devkit.fake_upstream import OpenSite, Site, Upstream, answer

CONTRACTS = "/api/v1/contracts"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "fr"}
COOKIE = {"Cookie": "__Host-session=s3cret"}


async def test_a_page_comes_from_the_portal_with_its_cookies(edge: Site, upstream: Upstream) -> None:
    upstream.handlers["/contrats"] = answer({"page": "contracts"}, set_cookie="__Host-flash=x; Path=/; Secure")
    sent = {**COOKIE, "Authorization": "Bearer nobody's", "X-Forwarded-For": "9.9.9.9"}
    async with edge.http.get("/contrats?q=a%20b", headers=sent) as got:
        assert (got.status, await got.json()) == (200, {"page": "contracts"})
        assert got.headers["Set-Cookie"] == "__Host-flash=x; Path=/; Secure"
    [seen] = upstream.requests("/contrats")
    assert seen.headers["cookie"] == COOKIE["Cookie"]
    assert seen.headers["x-forwarded-for"] == "127.0.0.1"
    assert "authorization" not in seen.headers


async def test_no_cookie_reaches_the_api_or_comes_from_it(edge: Site, upstream: Upstream) -> None:
    upstream.handlers[CONTRACTS] = answer({}, set_cookie="a=b")
    async with edge.http.get(CONTRACTS, headers=COOKIE) as got:
        assert got.status == 200
        assert "Set-Cookie" not in got.headers
    [seen] = upstream.requests(CONTRACTS)
    assert not {"cookie", "authorization"} & set(seen.headers)


async def test_a_form_larger_than_any_is_refused_before_it_is_read(open_edge: OpenSite, upstream: Upstream) -> None:
    async with open_edge(max_form_bytes=1000) as edge, edge.http.post("/connexion", data=b"x" * 1001) as got:
        assert got.status == 413
    assert upstream.seen == []


@pytest.mark.parametrize(("path", "status"), [("/contrats", 503), ("/contrats/%2f", 400)])
async def test_a_browser_that_is_refused_here_gets_a_page(open_edge: OpenSite, path: str, status: int) -> None:
    async with open_edge(portal_url="http://127.0.0.1:9") as edge, edge.http.get(path, headers=BROWSER) as got:
        assert (got.status, got.content_type, got.headers["Content-Language"]) == (status, "text/html", "fr")
        assert "<h1>" in await got.text()


async def test_a_browser_that_asks_too_often_gets_a_page(open_edge: OpenSite) -> None:
    async with open_edge(burst=1, rate=0.01) as edge:
        for status in (200, 429):
            async with edge.http.get("/connexion", headers=BROWSER) as got:
                assert got.status == status
                page = await got.text()
        assert "<h1>Un instant</h1>" in page
        assert got.headers["Retry-After"]


async def test_the_api_answers_problems_even_to_a_browser(edge: Site) -> None:
    async with edge.http.get("/api/v1/nothing", headers=BROWSER) as got:
        assert (got.status, got.content_type) == (404, "application/problem+json")

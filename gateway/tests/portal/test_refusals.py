"""What a person sees of a page that is not there, that broke, or that was asked too often."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from chassis.testkit.loopback import Site, Upstream, answer

OpenEdge = Callable[..., AbstractAsyncContextManager[Site]]

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "fr"}


@pytest.mark.parametrize("path", ["/nothing", "/contrat", "/static/nothing.css", "/docs/nothing"])
async def test_a_browser_that_asks_for_what_is_not_there_gets_a_page(edge: Site, path: str) -> None:
    async with edge.http.get(path, headers=BROWSER) as got:
        assert (got.status, got.content_type) == (404, "text/html")
        page = await got.text()
    assert "<h1>Introuvable</h1>" in page
    assert "n’existe pas ou ne vous est pas accessible" in page


async def test_the_api_answers_problems_even_to_a_browser(edge: Site) -> None:
    async with edge.http.get("/api/v1/nothing", headers=BROWSER) as got:
        assert (got.status, got.content_type) == (404, "application/problem+json")


async def test_too_many_requests_and_a_page_that_broke_are_pages_too(open_edge: OpenEdge, upstream: Upstream) -> None:
    upstream.handlers["/openapi.json"] = answer({"paths": {"/api/v1/contracts": {"get": None}}})
    async with open_edge(burst=1, rate=0.01) as edge:
        for path, status in (("/docs/api", 500), ("/connexion", 429)):
            async with edge.http.get(path, headers=BROWSER) as got:
                assert (got.status, got.content_type) == (status, "text/html")
                assert "<h1>Un instant</h1>" in await got.text()
        assert got.headers["Retry-After"]

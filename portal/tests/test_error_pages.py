"""What a person sees of a page that is not there, that broke, or that was asked too often."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from devkit.fake_upstream import Site
from portal import forms
from portal.api_client import ApiRefused
from portal.page_request import PageRequest
from portal.templating import Templates
from portal.translations import ngettext

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "fr"}


@pytest.mark.parametrize("path", ["/nothing", "/contrat", "/static/nothing.css", "/docs/viewer/nothing"])
async def test_a_browser_that_asks_for_what_is_not_there_gets_a_page(site: Site, path: str) -> None:
    async with site.http.get(path, headers=BROWSER) as got:
        assert (got.status, got.content_type) == (404, "text/html")
        page = await got.text()
    assert "<h1>Introuvable</h1>" in page
    assert "n’existe pas ou ne vous est pas accessible" in page


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "/metrics/", "/api/v1/contracts", "/openapi.json"])
async def test_there_are_pages_and_nothing_else(site: Site, path: str) -> None:
    async with site.http.get(path) as got:
        assert (got.status, got.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/connexion", "/contrats", "/nothing", "/metrics"])
async def test_no_answer_stays_in_a_cache_that_does_not_say_so(site: Site, path: str) -> None:
    async with site.http.get(path, headers=BROWSER, allow_redirects=False) as got:
        assert got.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/connexion", "GET, HEAD, POST"),
        ("OPTIONS", "/contrats/1/declarer", "GET, HEAD, POST"),
        ("PUT", "/fichiers", "POST"),
    ],
)
async def test_a_page_says_what_it_may_be_asked(site: Site, method: str, path: str, allowed: str) -> None:
    async with site.http.request(method, path) as got:
        assert (got.status, got.headers["Allow"]) == (405, allowed)


async def test_a_page_that_broke_is_a_page_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Templates, page: PageRequest, template: str, context: Mapping[str, object]) -> str:
        if template == "account/login.html":
            raise RuntimeError("a template that breaks")
        return rendered(self, page, template, context)

    rendered = Templates.render
    monkeypatch.setattr(Templates, "render", broken)
    async with site.http.get("/connexion", headers=BROWSER) as got:
        assert (got.status, got.content_type) == (500, "text/html")
        assert "<h1>Un instant</h1>" in await got.text()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "1 minute"), (61, "2 minutes"), (5400, "90 minutes"), (5401, "2 heures"), (86_040, "24 heures")],
)
def test_a_wait_is_told_in_minutes_or_hours(seconds: int, told: str) -> None:
    page: Any = SimpleNamespace(ngettext=partial(ngettext, "fr"))
    refused = ApiRefused(429, {"retry_after": seconds})
    assert forms.sentence(page, refused) == f"Trop de tentatives. Réessayez dans {told}."

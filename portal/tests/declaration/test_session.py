"""A declaration whose session is over, away, another person's or forged: nothing typed is lost, nothing is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from portal.errors import SessionEnded
from portal.page_request import form_token
from web.errors import Unavailable

Declare = Callable[..., Awaitable[httpx.Response]]
Stands = Callable[[str], None]


async def test_while_identity_is_away_the_form_waits_in_the_page(
    browser: httpx.AsyncClient, declare: Declare, filled: dict[str, Any], services: Any
) -> None:
    services.session = Unavailable()
    answer = await declare()
    assert answer.status_code == 503
    kept = re.findall('name="kept" value="([^"]*)"', answer.text)[0].replace("&#34;", '"').replace("&amp;", "&")
    assert ["title", "Écran noir"] in json.loads(kept)
    services.session = None
    again = await browser.post("/contrats/29962/declarer", data={"csrf": filled["csrf"], "kept": kept})
    assert again.headers["location"] == "/contrats/29962/declarer"
    [(body, _)] = services.sent("PUT", "/incident-drafts/")
    assert body["content"]["title"] == "Écran noir"
    assert not services.sent("POST", "/incidents")


async def test_a_dead_session_keeps_the_form_but_no_secret_of_it(declare: Declare, services: Any) -> None:
    services.session = SessionEnded()
    answer = await declare()
    assert 'action="/connexion"' in answer.text
    kept = re.findall('name="kept" value="([^"]*)"', answer.text)[0]
    assert "Écran noir" in kept
    assert "jeton" not in kept


async def test_a_forged_form_is_neither_kept_nor_sent(
    browser: httpx.AsyncClient, declare: Declare, filled: dict[str, Any], services: Any
) -> None:
    for session in (None, SessionEnded(), Unavailable()):
        services.session = session
        answer = await declare(csrf="faux")
        assert answer.status_code == 403
        assert 'name="kept"' not in answer.text
    other_site = await browser.post("/contrats/29962/declarer", data=filled, headers={"Origin": "https://evil.example"})
    assert other_site.status_code == 403
    assert not services.sent("POST", "/incidents")


async def test_a_browser_that_lost_all_its_cookies_keeps_what_was_typed(
    browser: httpx.AsyncClient, declare: Declare, services: Any
) -> None:
    services.session = None
    browser.headers.pop("cookie", None)
    browser.cookies.clear()
    answer = await declare()
    assert answer.status_code == 200
    assert 'name="kept"' in answer.text


async def test_anothers_declaration_does_not_take_the_place_of_ones_own_draft(
    browser: httpx.AsyncClient, declare: Declare, filled: dict[str, Any], everything_stands: Stands, services: Any
) -> None:
    anothers = form_token("jeton", str(uuid4()))
    answer = await declare(csrf=anothers)
    assert (answer.status_code, "sous un autre compte" in answer.text) == (409, True)
    everything_stands(answer.text)
    kept = await browser.post("/contrats/29962/brouillon", data={**filled, "csrf": anothers})
    assert kept.status_code == 409
    assert services.sent("PUT", "/incident-drafts/") == []


@pytest.mark.parametrize("query", ["é" * 1000, "日" * 300, "a" * 12_000])
async def test_the_way_back_after_a_log_in_fits_into_a_header(browser: httpx.AsyncClient, query: str) -> None:
    browser.headers.pop("cookie", None)
    answer = await browser.get("/contrats/29962", params={"q": query})
    assert answer.status_code == 303
    assert len(answer.headers["location"]) < 8000

"""The promise of dispatch beside the button that declares."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.incidents.promises import PromiseOffer, PromiseWindow
from web import clock

Declare = Callable[..., Awaitable[httpx.Response]]
Stands = Callable[[str], None]


@pytest.mark.parametrize(
    ("typed", "sent"), [({"promise_revision": "7"}, 7), ({}, None), ({"promise_revision": "x"}, None)]
)
async def test_a_declaration_names_the_terms_by_which_a_promise_was_shown(
    declare: Declare, services: Any, typed: dict[str, str], sent: int | None
) -> None:
    await declare(**typed)
    [(body, _)] = services.sent("POST", "/incidents")
    assert body.get("promise_revision") == sent
    assert ("promise_revision" in body) == (sent is not None)


def offer(*windows: tuple[str, str], **changes: Any) -> PromiseOffer:
    """At 14:48 on Tuesday 19 May; each window by its end, and the day of dispatch."""
    now = datetime.fromisoformat("2026-05-19T14:48:00+02:00")
    shown = [PromiseWindow(closes_at=datetime.fromisoformat(end), dispatch_on=day) for end, day in windows]
    return PromiseOffer(
        **{"revision": 7, "clock_start": "declaration", "cutoff": "16:00", "now": now, "windows": shown, **changes}
    )


async def test_the_promise_stands_beside_the_button_with_the_time_left_for_it(
    browser: httpx.AsyncClient, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 19, 12, 48, tzinfo=UTC))
    services.promise = offer(("2026-05-19T16:00:00+02:00", "2026-05-20"), ("2026-05-20T16:00:00+02:00", "2026-05-21"))
    page = (await browser.get("/contrats/29962/declarer")).text
    lines = [re.sub("<[^>]+>", "", line).replace("\u00a0", " ") for line in re.findall("<p data-closes.*?</p>", page)]
    assert lines == [
        "Déclarez avant 16:00, il reste 1 h 12 → envoi mercredi 20 mai",
        "Déclarez avant mercredi 20 mai 16:00, il reste 1 j 0 h → envoi jeudi 21 mai",
    ]
    assert 'name="promise_revision" value="7"' in page


async def test_where_the_approval_starts_the_clock_no_day_is_named(browser: httpx.AsyncClient, services: Any) -> None:
    services.promise = offer(clock_start="approval")
    page = (await browser.get("/contrats/29962/declarer")).text
    assert "Envoi le jour ouvré suivant l’accord de SQP, s’il est donné avant 16:00." in page
    assert "countdown.js" not in page


async def test_no_promise_is_shown_where_there_is_none(browser: httpx.AsyncClient, services: Any) -> None:
    page = (await browser.get("/contrats/29962/declarer")).text
    assert "promise_revision" not in page
    assert "countdown" not in page

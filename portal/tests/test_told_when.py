"""Who is told to come back later is told when, whatever refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response

from portal.api_client import ApiRefused, ServiceUnavailable
from portal.errors import PrinterBusy
from portal.page import Page
from portal.router import Blueprint, Router
from web.errors import TooManyRequests, Unavailable

ORIGIN = "http://localhost:8080"
# These handlers ask no service, and nobody is logged in.
NOBODY: Any = None


def _raises(error: Exception) -> Callable[[Page], Awaitable[Response]]:
    async def handler(_: Page) -> Response:
        raise error

    return handler


def _shows(status: int) -> Callable[[Page], Awaitable[Response]]:
    async def handler(page: Page) -> Response:
        return await page.render("errors/away.html", status=status)

    return handler


def _part(status: int) -> Callable[[Page], Awaitable[Response]]:
    async def handler(page: Page) -> Response:
        return page.fragment("errors/away.html", status=status)

    return handler


@pytest.mark.parametrize(
    ("handler", "status", "told"),
    [
        (_raises(ServiceUnavailable("contracts")), 503, "2"),
        (_raises(Unavailable(retry_after=5)), 503, "5"),
        (_raises(PrinterBusy()), 503, "60"),
        (_raises(TooManyRequests(retry_after=3)), 429, "3"),
        (_raises(ApiRefused(429, {"retry_after": 7})), 429, "7"),
        (_raises(ApiRefused(429, {})), 429, "60"),
        (_raises(ApiRefused(409, {"retry_after": 7})), 409, None),
        (_raises(ApiRefused(404, {})), 404, None),
        (_shows(503), 503, "2"),
        (_shows(429), 429, "10"),
        (_shows(200), 200, None),
        (_part(503), 503, "2"),
    ],
)
async def test_a_page_that_says_later_says_when(
    handler: Callable[[Page], Awaitable[Response]], status: int, told: str | None
) -> None:
    pages = Blueprint()
    pages.get("/", is_open=True)(handler)
    site = Router(NOBODY, NOBODY, NOBODY, ORIGIN)
    transport = httpx.ASGITransport(app=Starlette(routes=site.routes(pages)))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        got = await http.get("/")
    assert (got.status_code, got.headers.get("retry-after")) == (status, told)

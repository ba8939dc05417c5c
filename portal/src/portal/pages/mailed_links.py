"""Links that mails carry. Their token leaves the address at once: it moves to a cookie that scripts cannot read, and
from there into the form alone, so that neither the history nor a Referer holds it."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from portal import cookies
from portal.page import Page

LINK_MINUTES = 30
MAX_TOKEN = 500


def token_of(page: Page) -> str:
    """Of the page without the token in its address; empty where the browser holds none."""
    return page.request.cookies.get(cookies.LINK, "")[:MAX_TOKEN]


def without_token(page: Page, **kept: str) -> Response:
    """To the same page, without the token; ``kept`` stays in the address."""
    asked = urlencode({name: value for name, value in kept.items() if value})
    response = page.redirect(f"{page.request.url.path}?{asked}" if asked else page.request.url.path)
    response.headers["Referrer-Policy"] = "no-referrer"
    # A cookie holds nothing else; such a token was never sent.
    token = page.query("token")[:MAX_TOKEN]
    cookies.put(response, cookies.LINK, token if token.isascii() else "", LINK_MINUTES * 60)
    return response


def left(response: Response) -> Response:
    cookies.drop(response, cookies.LINK)
    return response

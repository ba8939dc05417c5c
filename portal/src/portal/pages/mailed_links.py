"""Links that mails carry. Their token leaves the address at once: it moves to a cookie that scripts cannot read, and
from there into the form alone, so that neither the history nor a Referer holds it. A browser may follow several at
once: the address names each link's cookie by a digest of its token."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from starlette.responses import Response

from portal import cookies
from portal.page import Page

LINK_MINUTES = 30
MAX_TOKEN = 500
# Characters of the tokens that one browser holds: the headers of a request have room for a few cookies.
MOST_HELD = 3_000


def token_of(page: Page) -> str:
    """Of the form that was sent, otherwise of the page without the token in its address; empty where the browser holds
    none."""
    sent = page.field("token") or page.request.cookies.get(_cookie(page.query("lien")), "")
    return sent[:MAX_TOKEN]


def without_token(page: Page, **kept: str) -> Response:
    """To the same page, without the token; ``kept`` stays in the address."""
    # A cookie holds nothing else; such a token was never sent.
    given = page.query("token")[:MAX_TOKEN]
    token = given if given.isascii() else ""
    digest = _digest(token)
    asked = {"lien": digest, **{name: value for name, value in kept.items() if value}}
    response = page.redirect(f"{page.request.url.path}?{urlencode(asked)}")
    response.headers["Referrer-Policy"] = "no-referrer"
    others = {name: held for name, held in page.request.cookies.items() if name.startswith(cookies.LINK)}
    for name in others if sum(map(len, others.values())) > MOST_HELD else ():
        cookies.drop(response, name)
    cookies.put(response, _cookie(digest), token, LINK_MINUTES * 60)
    return response


def left(page: Page, response: Response) -> Response:
    cookies.drop(response, _cookie(_digest(token_of(page))))
    return response


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def _cookie(digest: str) -> str:
    return f"{cookies.LINK}-{digest}"

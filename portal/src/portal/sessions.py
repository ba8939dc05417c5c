"""Browser sessions: an opaque cookie outside, a short access token inside.

The cookie's value is identity's session token. No access token ever reaches the browser; scripts cannot read the
cookie, and other sites cannot make the browser act with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

from portal import cookies
from portal.errors import CrossSite, SessionEnded
from web.errors import Unavailable

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_TOKEN = 500
# Identity's clock and ours may differ, and the answer was on its way for a moment.
MARGIN = 5.0
# At once, of all sessions: strangers who make up cookies must not take every connection of identity's database.
EXCHANGES = 6
# A token that identity has refused is dead for good; a tab that keeps asking need not reach identity each time.
DEAD_FOR = 10.0


@dataclass(frozen=True, slots=True)
class _Exchanged:
    """``access_token`` is None for a dead session."""

    access_token: str | None
    good_until: float


class Sessions:
    """Exchanges session tokens for access tokens at identity: one exchange at a time per session, each kept at most
    ``keep`` seconds, so that a revoked session is out within a minute."""

    def __init__(
        self,
        http: Callable[[], aiohttp.ClientSession],
        url: str,
        *,
        keep: float,
        size: int = 50_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._url = url
        self._keep = keep
        self._now = now
        self._known: LRUCache[bytes, _Exchanged] = LRUCache(size)
        self._under_way: dict[bytes, asyncio.Task[_Exchanged]] = {}
        self._exchanging = asyncio.Semaphore(EXCHANGES)

    async def access_token(self, session_token: str) -> str:
        """Raises SessionEnded, or Unavailable while identity does not answer."""
        # Hashed, so that a dump of this process holds no session that could be used elsewhere.
        key = hashlib.sha256(session_token.encode()).digest()
        known = self._known.get(key)
        if known is None or known.good_until <= self._now():
            known = await self._exchange_once(key, session_token)
        if known.access_token is None:
            raise ended()
        return known.access_token

    def forget(self, session_token: str) -> None:
        """After a log-out: the next request asks identity again."""
        self._known.pop(hashlib.sha256(session_token.encode()).digest(), None)

    async def _exchange_once(self, key: bytes, session_token: str) -> _Exchanged:
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._exchange(key, session_token))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # Shielded: the first tab may close while the others wait for the same answer.
        return await asyncio.shield(task)

    async def _exchange(self, key: bytes, session_token: str) -> _Exchanged:
        try:
            async with self._exchanging:
                exchanged = await self._ask(session_token)
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError) as error:
            raise Unavailable from error
        self._known[key] = exchanged
        return exchanged

    async def _ask(self, session_token: str) -> _Exchanged:
        started = self._now()
        timeout = aiohttp.ClientTimeout(total=5)
        # The proxy's client adds no header by itself.
        headers = {"Content-Type": "application/json"}
        body = {"session_token": session_token}
        async with self._http().post(self._url, json=body, headers=headers, timeout=timeout) as answer:
            return await self._read(answer, started)

    async def _read(self, answer: aiohttp.ClientResponse, started: float) -> _Exchanged:
        if answer.status in (401, 403, 404, 422):
            return _Exchanged(None, started + DEAD_FOR)
        answer.raise_for_status()
        body = await answer.json()
        lifetime = min(self._keep, float(body["expires_in"]) - MARGIN)
        return _Exchanged(str(body["access_token"]), started + lifetime)


def session_token(headers: Headers) -> str | None:
    """The session token that the browser sent, if it could be one."""
    return _token(headers, cookies.SESSION)


def device_token(headers: Headers) -> str | None:
    """What says that the browser was here before; it outlives sessions and opens none."""
    return _token(headers, cookies.DEVICE)


def _token(headers: Headers, cookie: str) -> str | None:
    token = cookie_parser(headers.get("cookie", "")).get(cookie)
    return token if token and len(token) <= MAX_TOKEN and token.isascii() else None


def refuse_cross_site(method: str, headers: Headers, public_origin: str) -> None:
    """Raises CrossSite for a change that another site may have caused. Browsers say where a request comes from
    (Sec-Fetch-Site); those that do not yet send Origin with every change."""
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    allowed = site in ("same-origin", "none") if site is not None else headers.get("origin") == public_origin
    if not allowed:
        raise CrossSite


def open_session(response: Response, token: str, max_age: int | None = None) -> None:
    """Sets the cookie: for ``max_age`` seconds (*se souvenir de moi*), otherwise until the browser is closed."""
    cookies.put(response, cookies.SESSION, token, max_age)


def remember_device(response: Response, token: str, max_age: int) -> None:
    cookies.put(response, cookies.DEVICE, token, max_age)


def close_session(response: Response) -> None:
    cookies.drop(response, cookies.SESSION)


def ended() -> SessionEnded:
    """The refusal of a dead session, which also takes the cookie back."""
    cleared = Response()
    close_session(cleared)
    return SessionEnded(headers={"Set-Cookie": cleared.headers["set-cookie"]})

"""Pictures of products, which stand on other sites: fetched here, so that a page loads nothing from elsewhere.

The address comes from the back office's catalogue. It is still not trusted with this network: only addresses of the
public internet are asked, nothing is followed, and only what begins as a picture is served.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from cachetools import LRUCache
from yarl import URL

log = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024 * 1024
KEPT_PICTURES = 128
KEPT_SECONDS = 24 * 3600.0
# A site that was away, or a wrong address, is asked again only then.
MISSING_SECONDS = 600.0
TIMEOUT = aiohttp.ClientTimeout(total=5, connect=2)
BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}


def is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


@dataclass(frozen=True)
class Picture:
    """``media_type`` is what the bytes are; no bytes: there is none to be had."""

    content: bytes
    media_type: str
    good_until: float


class Pictures:
    def __init__(self, allowed: Callable[[str], bool] = is_public, now: Callable[[], float] = time.monotonic) -> None:
        self._allowed = allowed
        self._now = now
        self._known: LRUCache[str, Picture] = LRUCache(KEPT_PICTURES)

    async def get(self, url: str) -> Picture | None:
        """None where there is no picture to be had."""
        known = self._known.get(url)
        if known is None or known.good_until <= self._now():
            known = await self._fetched(url)
            self._known[url] = known
        return known if known.content else None

    async def _fetched(self, url: str) -> Picture:
        try:
            content = await self._fetch(url)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.info("no picture: %s", type(error).__name__)
            content = b""
        kind = _kind(content)
        lifetime = KEPT_SECONDS if kind else MISSING_SECONDS
        return Picture(content if kind else b"", kind, self._now() + lifetime)

    async def _fetch(self, url: str) -> bytes:
        # As the client that connects reads it: full-width digits and dots are the plain ones by then.
        address = URL(url)
        if address.scheme not in ("http", "https") or _is_number(address.raw_host or ""):
            raise ValueError("not an address of a site")
        # The connection goes to the very addresses that were looked at: a name cannot change its mind in between.
        connector = aiohttp.TCPConnector(resolver=_Guarded(self._allowed), use_dns_cache=False)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=False) as http,
            http.get(address, allow_redirects=False) as answer,
        ):
            answer.raise_for_status()
            return await _bounded(answer.content)


class _Guarded(AbstractResolver):
    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._allowed = allowed
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if self._allowed(one["host"])]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > MAX_BYTES:
            raise ValueError("too large for a picture")
    return body


def _kind(content: bytes) -> str:
    """The media type by the first bytes; empty for what is no picture."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), "")


def _is_number(host: str) -> bool:
    """Names go through the resolver above; numbers, in whatever notation, would not. No site's last label is one."""
    last = host.rstrip(".").rsplit(".", 1)[-1]
    return not host.strip(".") or ":" in host or last[:1].isdigit()

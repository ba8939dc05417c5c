"""The documents of the platform: what the services offer, merged, and what they tell each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp

from gateway import routing
from gateway.openapi import Document, merge

TIMEOUT = aiohttp.ClientTimeout(total=3.0)
# A part that is missing is asked for again soon.
INCOMPLETE_FOR = 5.0


class Documents:
    """The merged OpenAPI document, fetched on request and cached for ``keep`` seconds."""

    def __init__(
        self, http: Callable[[], aiohttp.ClientSession], upstreams: dict[str, str], server: str, keep: float
    ) -> None:
        self._http = http
        self._upstreams = upstreams
        self._server = server
        self._keep = keep
        self._merged: Document = {}
        self._good_until = float("-inf")
        self._lock = asyncio.Lock()

    async def openapi(self) -> Document:
        """A service that is down costs only its part, and is named in ``x-unavailable``."""
        async with self._lock:
            if time.monotonic() >= self._good_until:
                self._merged = await self._merge()
                keep = min(self._keep, INCOMPLETE_FOR) if self._merged["x-unavailable"] else self._keep
                self._good_until = time.monotonic() + keep
            return self._merged

    async def _merge(self) -> Document:
        found = await asyncio.gather(*(self._fetch(base) for base in self._upstreams.values()))
        parts = dict(zip(self._upstreams, found, strict=True))
        present = {service: document for service, document in parts.items() if document is not None}
        return merge(
            present,
            unavailable=[name for name in parts if name not in present],
            server=self._server,
            is_offered=routing.is_offered,
        )

    async def _fetch(self, base: str) -> Document | None:
        try:
            async with self._http().get(f"{base}/openapi.json", timeout=TIMEOUT) as answer:
                answer.raise_for_status()
                document: Document = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None

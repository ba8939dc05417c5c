"""The services, as the portal calls them: with a person's token, in the person's language, side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from api.upstreams import service_of
from web.i18n import Language
from web.observability import request_id, traceparent

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)
STREAMED = aiohttp.ClientTimeout(total=None, connect=2, sock_read=60)


class ServiceUnavailable(Exception):
    """A service does not answer, or answers that it cannot now: its part of the page is missing, not the page."""


class ApiRefused(Exception):
    """A service refused. ``status`` and ``code`` say why, ``title`` is the sentence for the person."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))

    @property
    def is_for_the_form(self) -> bool:
        """Whether the person can do better in the same form."""
        return self.status in (409, 412, 422, 428, 429)

    @property
    def title(self) -> str:
        return str(self.problem.get("title", ""))

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong, by field name as the service knows it."""
        errors = self.problem.get("errors") or []
        return {str(error.get("field", "")): str(error.get("message", "")) for error in errors}


@dataclass(frozen=True)
class Answer:
    """``body`` is parsed JSON, or None; ``etag`` goes back as ``If-Match``."""

    status: int
    body: Any
    etag: str


class ApiClient:
    def __init__(self, http: Callable[[], aiohttp.ClientSession], upstreams: Mapping[str, str]) -> None:
        self._http = http
        self._upstreams = upstreams

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """As :meth:`opened`, read to its end."""
        async with self.opened(method, path, **options) as answer:
            return await _read(answer)

    @asynccontextmanager
    async def opened(
        self,
        method: str,
        path: str,
        *,
        token: str | None,
        language: Language,
        headers: Mapping[str, str] | None = None,
        address: str = "",
        device: str = "",
        **options: Any,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """``path`` below ``/api/v1``; ``address`` and ``device`` are the browser's. Raises ServiceUnavailable
        or ApiRefused."""
        service = service_of(path.split("?")[0].removeprefix("/"))
        assert service is not None, path
        sent = {"Accept-Language": language, **_context(token, address, device), **(headers or {})}
        if "json" in options:
            # The proxy's session, which is shared, adds no header of its own.
            sent["Content-Type"] = "application/json"
        url = f"{self._upstreams[service]}/api/v1{path}"
        try:
            async with self._http().request(method, url, headers=sent, **{"timeout": TIMEOUT, **options}) as answer:
                await _refuse(answer)
                yield answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceUnavailable(service) from error


async def _refuse(answer: aiohttp.ClientResponse) -> None:
    if answer.status >= 500:
        raise ServiceUnavailable(str(answer.status))
    if answer.status >= 400:
        raise ApiRefused(answer.status, await _json(answer) or {})


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    return Answer(answer.status, await _json(answer), answer.headers.get("ETag", ""))


async def _json(answer: aiohttp.ClientResponse) -> Any:
    return await answer.json(content_type=None) if "json" in answer.content_type else None


def _context(token: str | None, address: str, device: str) -> dict[str, str]:
    sent = {"X-Request-ID": request_id.get() or "", "traceparent": traceparent.get() or "", "User-Agent": device}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if address:
        sent["X-Forwarded-For"] = address
    return {name: value for name, value in sent.items() if value}

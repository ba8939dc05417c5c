"""An HTTP client of the platform's own API, as a back office or a person would be."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")

API = "/api/v1"
# What an event that is still on its way, or a service that is starting, looks like.
PASSING = frozenset({401, 404, 409, 502, 503})


class Refused(Exception):
    """The platform answered with a problem."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status} {problem}")
        self.status = status
        self.problem = problem


class Caller:
    """Sends requests with a token that ``log_in`` gets, and gets another before it expires."""

    def __init__(
        self, http: aiohttp.ClientSession, base: str, log_in: Callable[[], Awaitable[dict[str, Any]]] | None = None
    ) -> None:
        self._http = http
        self._base = base
        self._log_in = log_in
        self._token = ""
        self._good_until = 0.0
        # Requests side by side share one log-in.
        self._logging_in = asyncio.Lock()

    async def get(self, path: str, **parameters: Any) -> Any:
        return await self._send("GET", path, params=parameters)

    async def put(self, path: str, body: Any, *, if_match: str | None = None) -> Any:
        return await self._send("PUT", path, json=body, headers={"If-Match": if_match} if if_match else {})

    async def post(self, path: str, body: Any, *, key: str | None = None, if_match: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        if if_match:
            headers["If-Match"] = if_match
        return await self._send("POST", path, json=body, headers=headers)

    async def patch(self, path: str, body: Any, *, if_match: str) -> None:
        await self._send("PATCH", path, json=body, headers={"If-Match": if_match})

    async def delete(self, path: str) -> None:
        await self._send("DELETE", path)

    async def upload(self, name: str, content: bytes, media_type: str, *, key: str) -> Any:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(content), filename=name, content_type=media_type)
        return await self._send("POST", "/files", data=form, headers={"Idempotency-Key": key})

    async def _send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> Any:
        sent = {**(headers or {}), **await self._authorization()}
        async with self._http.request(method, f"{self._base}{API}{path}", headers=sent, **options) as answer:
            content = await answer.json(content_type=None) if answer.status != 204 else None
            if answer.status >= 400:
                raise Refused(answer.status, content)
            return content

    async def _authorization(self) -> dict[str, str]:
        if self._log_in is None:
            return {}
        async with self._logging_in:
            if time.monotonic() > self._good_until:
                answer = await self._log_in()
                self._token = answer["access_token"]
                self._good_until = time.monotonic() + answer["expires_in"] - 10
        return {"Authorization": f"Bearer {self._token}"}


def anonymous(http: aiohttp.ClientSession, base: str) -> Caller:
    return Caller(http, base)


def person(http: aiohttp.ClientSession, base: str, login: str, password: str) -> Caller:
    async def log_in() -> dict[str, Any]:
        answer: dict[str, Any] = await Caller(http, base).post("/auth/login", {"login": login, "password": password})
        return answer

    return Caller(http, base, log_in)


def service_account(http: aiohttp.ClientSession, base: str, account: str, secret: str) -> Caller:
    async def log_in() -> dict[str, Any]:
        form = {"grant_type": "client_credentials", "client_id": account, "client_secret": secret}
        async with http.post(f"{base}{API}/oauth/token", data=form) as answer:
            content: dict[str, Any] = await answer.json()
            if answer.status != 200:
                raise Refused(answer.status, content)
            return content

    return Caller(http, base, log_in)


async def eventually(ask: Callable[[], Awaitable[T | None]], *, what: str, seconds: float = 30.0) -> T:
    """The first answer of ``ask`` that is not None and no passing refusal; events need a moment to arrive."""
    deadline = time.monotonic() + seconds
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            answer = await ask()
        except Refused as refused:
            if refused.status not in PASSING:
                raise
            answer, last = None, refused
        if answer is not None:
            return answer
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{what}: {last or 'never came'}")

"""Open pages: the API on a real socket, read as a browser reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from devkit.harness import Harness
from web.auth.principal import Principal


@dataclass
class Page:
    """A browser's open page on the stream: what came so far, as (id, event, data)."""

    status: int
    headers: httpx.Headers
    seen: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    comments: int = 0
    last_id: str = ""
    ended: bool = False

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        return [data for _, event, data in self.seen if name in (None, event)]

    async def until(self, condition: Callable[[Page], bool], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition(self):
                await asyncio.sleep(0.01)

    def take(self, block: list[str]) -> None:
        fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
        self.comments += any(line.startswith(":") for line in block)
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self.seen.append((self.last_id, fields["event"], json.loads(fields["data"])))


Open = Callable[..., Any]


@pytest.fixture(scope="session")
async def address_of_api(started: Harness) -> AsyncIterator[str]:
    """The API on a real socket: the in-memory client waits for the end of an answer, and a stream has none."""
    config = uvicorn.Config(started.app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def open_page(started: Harness, address_of_api: str) -> Open:
    """``async with open_page(person, last_event_id)`` opens the stream and reads it in the background."""

    @asynccontextmanager
    async def opened(who: Principal, last_event_id: str | None = None) -> AsyncIterator[Page]:
        headers = {"Authorization": started.client(who).headers["Authorization"]}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        async with (
            httpx.AsyncClient(base_url=address_of_api, headers=headers, timeout=20) as http,
            http.stream("GET", "/api/v1/notifications/stream") as answer,
        ):
            page = Page(answer.status_code, answer.headers)
            reading = asyncio.create_task(_read(page, answer))
            try:
                if page.status == 200:
                    await page.until(lambda p: bool(p.last_id) or last_event_id is not None)
                yield page
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading

    return opened


async def _read(page: Page, answer: httpx.Response) -> None:
    block: list[str] = []
    async for line in answer.aiter_lines():
        if line:
            block.append(line)
        else:
            page.take(block)
            block = []
    page.ended = True

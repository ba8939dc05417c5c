"""The notifications service under test: facts as its neighbours tell them, a world of people, a mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from services.notifications.tests.facts import Facts
from services.notifications.tests.people import EVERYBODY, NAMES
from sqlalchemy import text

from devkit.harness import Harness, settings_for
from devkit.servers.mail import MailCatcher
from devkit.servers.targets import PostgresTarget
from events import Event
from notifications.bootstrap import build
from notifications.settings import Settings
from web.auth.principal import Principal


@pytest.fixture
def facts() -> Facts:
    return Facts()


@dataclass
class World:
    """Everybody known and active: who has what in the feed, who got which e-mail, what a page is sent."""

    harness: Harness
    mail: MailCatcher
    facts: Facts = field(default_factory=Facts)

    @property
    def settings(self) -> Settings:
        assert isinstance(self.harness.service.settings, Settings)
        return self.harness.service.settings

    async def tell(self, *events: Event, event_id: UUID | None = None) -> None:
        for event in events:
            await self.harness.deliver(event, event_id=event_id)

    async def feed(self, who: Principal, **params: Any) -> dict[str, Any]:
        async with self.harness.client(who) as http:
            answer = await http.get("/api/v1/notifications", params=params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def told(self) -> dict[str, list[str]]:
        """Titles per person, of those who have any."""
        pages = {NAMES[who]: (await self.feed(who))["items"] for who in EVERYBODY}
        return {name: [line["title"] for line in lines] for name, lines in pages.items() if lines}

    async def emails(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM emails ORDER BY created_at, recipient")

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.harness.service.database.reader() as reader:
            return [dict(row) for row in (await reader.execute(text(query))).mappings()]

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.harness.service.database.transaction() as session:
            await session.execute(text(statement), values)


@pytest.fixture(scope="session")
async def started(postgres_server: PostgresTarget, mail_server: MailCatcher) -> AsyncIterator[Harness]:
    settings = settings_for(
        Settings,
        postgres_server.provision("notifications"),
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        smtp_timeout=5.0,
        mail_attempts=3,
        portal_url="https://portail.test",
        stream_poll=0.05,
        stream_heartbeat=0.3,
        stream_recheck=0.1,
        stream_send_timeout=0.5,
        streams_per_user=3,
    )
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def empty(started: Harness, mail_server: MailCatcher) -> AsyncIterator[World]:
    """Nobody is known yet."""
    mail_server.clear()
    yield World(started, mail_server)
    await started.clear()


@pytest.fixture
async def world(empty: World) -> World:
    await empty.tell(*(empty.facts.user(who) for who in EVERYBODY))
    return empty

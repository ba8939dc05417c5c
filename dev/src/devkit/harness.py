"""A service under test: its real database, its real app, tokens of our own, and its outbox in plain sight."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, overload
from uuid import UUID, uuid4, uuid5

import httpx
from joserfc.jwk import OKPKey
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis import migrate
from chassis.http.app import create_app
from chassis.messaging.topology import EVENTS_EXCHANGE
from chassis.provision import Databases
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.tables import ChassisBase, OutboxMessage
from events import CATALOGUE, Envelope, Event, OrganisationKind, Role, organisation_id
from web.auth.principal import Principal
from web.auth.tokens import sign

S = TypeVar("S", bound=ServiceSettings)
E = TypeVar("E", bound=Event)

PEOPLE = UUID("0a5f7f4e-3a3c-4a49-9b73-0b6d4f9a7a55")
MOST_JOBS = 2_000
# The sequences that number a column, and with it the rows of its table.
SEQUENCES = """
    SELECT format('%I', sequence.relname) FROM pg_class AS sequence
    JOIN pg_depend AS owned ON owned.objid = sequence.oid AND owned.classid = 'pg_class'::regclass
    WHERE sequence.relkind = 'S' AND owned.deptype IN ('a', 'i')
"""


class TestKeys:
    """A signing key made for the run, in place of identity."""

    __test__ = False

    def __init__(self, private: OKPKey | None = None) -> None:
        self.private = private or OKPKey.generate_key("Ed25519", {"kid": "test"})

    @classmethod
    def from_json(cls, value: str) -> TestKeys:
        return cls(OKPKey.import_key(json.loads(value)))

    def as_json(self) -> str:
        return json.dumps(self.private.as_dict(private=True))

    async def key(self, kid: str) -> OKPKey | None:
        return self.private if kid == "test" else None

    def token(self, principal: Principal, settings: ServiceSettings, *, now: float, lifetime: int = 600) -> str:
        return sign(
            principal, self.private, issuer=settings.issuer, audience=settings.audience, lifetime=lifetime, now=now
        )


def person(kind: OrganisationKind, code: str, role: Role = "administrator", name: str = "") -> Principal:
    """A person of the organisation ``kind:code``; the same arguments name the same person."""
    user = uuid5(PEOPLE, f"{kind}:{code}:{role}:{name}")
    return Principal(
        subject=str(user),
        user_id=user,
        organisation_id=organisation_id(kind, code),
        organisation_kind=kind,
        role=role,
        session_id=uuid5(PEOPLE, f"session {user}"),
        name=name or f"{kind} {code}",
    )


def back_office(*scopes: str) -> Principal:
    return Principal(subject="backoffice-test", scopes=frozenset(scopes))


RESELLER = person("reseller", "REV-0001")
RESELLER_BASIC = person("reseller", "REV-0001", "basic")
OTHER_RESELLER = person("reseller", "REV-0002")
CLIENT = person("client", "CLI-0001")
CLIENT_BASIC = person("client", "CLI-0001", "basic")
OTHER_CLIENT = person("client", "CLI-0002")
SQP = person("sqp", "SQP")


def settings_for(settings: type[S], databases: Databases, **overrides: Any) -> S:
    """Settings of one service on a provisioned test database."""
    return settings(
        environment="test",
        database_url=_driver(databases.app_url),
        database_owner_url=_driver(databases.owner_url),
        database_app_role=f"{databases.name}_app",
        database_pool_size=5,
        **overrides,
    )


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@dataclass
class Harness:
    """Use :meth:`started` in a session fixture and :meth:`clear` after each test."""

    service: Service
    keys: TestKeys
    app: Any = field(init=False)
    _emptying: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.service.keys = self.keys
        self.app = create_app(self.service)

    @classmethod
    @asynccontextmanager
    async def started(cls, settings: S, build: Callable[[S], Service]) -> AsyncIterator[Harness]:
        """Migrates, starts the API's lifespan, and closes the database at the end."""
        service = build(settings)
        migrate.upgrade(service.settings, service.migrations, service.metadata)
        harness = cls(service, TestKeys())
        async with service.lifespan():
            yield harness
        await harness.close()

    def client(self, principal: Principal | None = None, **headers: str) -> httpx.AsyncClient:
        """An HTTP client of the app, with a fresh token of ``principal``; it sends what a browser would not add."""
        if principal is not None:
            token = self.keys.token(principal, self.service.settings, now=time.time())
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://service.test", headers=headers)

    async def deliver(self, event: Event, *, event_id: UUID | None = None) -> int:
        """Hands ``event`` to every consumer of the service that takes it, as the bus would; how many applied it."""
        envelope = Envelope.of(event).model_copy(update={"id": event_id or uuid4()})
        body = envelope.model_dump_json().encode()
        takers = [consumer for consumer in self.service.consumers if event.type in consumer.handlers]
        assert takers, f"{self.service.name} takes no {event.type}"
        return sum([await taker.process(self.service.database, body, EVENTS_EXCHANGE) for taker in takers])

    @overload
    async def told(self) -> list[Event]: ...
    @overload
    async def told(self, model: type[E]) -> list[E]: ...
    async def told(self, model: type[Event] = Event) -> list[Any]:
        """The events told so far and not yet relayed, oldest first: all of them, or those of a model."""
        rows = await self._outbox("event")
        events = [CATALOGUE[row.type].model_validate(row.payload["data"]) for row in rows]
        return [event for event in events if isinstance(event, model)]

    async def enqueued(self) -> list[tuple[str, dict[str, Any]]]:
        """Name and arguments of the jobs enqueued so far and not yet run."""
        return [(row.type, row.payload["arguments"]) for row in await self._outbox("job")]

    async def run_jobs(self) -> int:
        """Runs what is enqueued, one transaction a job, including what those jobs enqueue; how many ran. Raises
        AssertionError where a job enqueues itself for ever."""
        ran = 0
        while rows := await self._outbox("job"):
            assert ran < MOST_JOBS, f"{rows[0].type} is enqueued again and again"
            for row in rows:
                await self._run_job(row)
                ran += 1
        return ran

    async def run_job(self, name: str, **arguments: Any) -> None:
        """Runs one job by name, as a worker would."""
        _, run = self.service.jobs[name]
        async with self.service.database.transaction() as session:
            await run(session, **arguments)

    @cached_property
    def _owner(self) -> AsyncEngine:
        url = self.service.settings.database_owner_url.get_secret_value()
        return create_async_engine(url, pool_size=1, pool_pre_ping=True)

    async def clear(self) -> None:
        """Empties every table, as the owner, and begins to number again."""
        async with self._owner.begin() as connection:
            if not self._emptying:
                sequences = (await connection.scalars(text(SEQUENCES))).all()
                # The few rows of a test are deleted far sooner than thirty tables are truncated.
                metadata = (ChassisBase.metadata, self.service.metadata)
                tables = [table.name for each in metadata for table in reversed(each.sorted_tables)]
                deleted = [f"DELETE FROM {table};" for table in tables]
                numbered = [f"PERFORM setval('{each}', 1, false);" for each in sequences]
                self._emptying = f"DO $$ BEGIN {' '.join(deleted + numbered)} END $$"
            await connection.execute(text(self._emptying))

    async def close(self) -> None:
        if "_owner" in vars(self):
            await self._owner.dispose()
        await self.service.database.close()

    async def _outbox(self, kind: str) -> list[OutboxMessage]:
        query = select(OutboxMessage).where(OutboxMessage.kind == kind, OutboxMessage.sent_at.is_(None))
        async with self.service.database.transaction() as session:
            return list(await session.scalars(query.order_by(OutboxMessage.position)))

    async def _run_job(self, row: OutboxMessage) -> None:
        await self.run_job(row.type, **row.payload["arguments"])
        done = update(OutboxMessage).where(OutboxMessage.id == row.id).values(sent_at=text("now()"))
        async with self.service.database.transaction() as session:
            await session.execute(done)

"""The rig: the real stack with servers of its own, each connection between two of them through a proxy of ours."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from api.upstreams import SERVICES
from devkit.link import Link
from devkit.servers import apt, process, rabbitmq
from devkit.servers.mail import MailCatcher
from devkit.servers.postgres import Postgres
from devkit.servers.rabbitmq import RabbitMQ
from devkit.servers.s3 import S3Server
from devkit.servers.targets import PostgresTarget, RabbitMQTarget
from devstack.testing.real import EDGES, ROLES, RealStack

ADDRESS = re.compile(r"127\.0\.0\.1:(\d+)")
PROCESSES = (*(f"{service}.{role}" for service in SERVICES for role in ROLES), *(f"{edge}.api" for edge in EDGES))
# One address and a few people stand for all clients, so limits by address and person would be what is measured. Mails
# are tried again soon, so that a run ends; nothing else differs from a machine of production.
SETTINGS = {
    "gateway": {"rate_limited": "false"},
    "identity": {"mail_requests_per_address": "1000000", "address_attempts": "1000000"},
    "files": {"max_unbound_files": "100000"},
    "notifications": {"mail_backoff": "3"},
}


@dataclass
class Rig:
    """``links`` by source and target: ``("incidents", "postgres")``, ``("gateway", "files")``."""

    folder: Path
    postgres: Postgres
    rabbitmq: RabbitMQ
    s3: S3Server
    mail: MailCatcher
    stack: RealStack = field(init=False)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    # What was put among the events on purpose and no consumer can read: consumer and id of each dead letter of it.
    poison: set[tuple[str, str]] = field(default_factory=set)
    kind: str = "faults"
    # The gateway's, as clients reach it: by a proxy, too.
    url: str = ""

    def __post_init__(self) -> None:
        target = RabbitMQTarget(self.rabbitmq.management, self.rabbitmq)
        self.stack = RealStack(
            self.folder / "stack",
            PostgresTarget(self.postgres.url),
            target,
            self.s3.access,
            self.mail,
            adapted=self._adapted,
        )

    async def start(self) -> None:
        for source, target, port in self._ways():
            self.links[source, target] = await Link(source, target, port).start()
        self.url = f"http://localhost:{self.links['client', 'gateway'].port}"
        await self.stack.start()

    async def stop(self) -> None:
        for link in self.links.values():
            link.restore()
        await self.stack.stop()
        for link in self.links.values():
            await link.stop()

    async def mailed(self, recipient: str) -> list[tuple[str, str]]:
        return await self.stack.mailed(recipient)

    def mails_to(self, recipient: str) -> int:
        return sum(recipient in each.recipients for each in self.mail.messages)

    def link(self, source: str, target: str) -> Link:
        return self.links[source, target]

    def links_to(self, target: str) -> list[Link]:
        return [link for (_, name), link in self.links.items() if name == target]

    async def query(self, service: str, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Rows from a service's database, past every proxy."""
        url = self.postgres.url_of(self.stack.databases[service].name)
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=5)
        async with connection, connection.cursor() as cursor:
            await cursor.execute(statement.encode(), parameters)
            return await cursor.fetchall() if cursor.description else []

    async def administer(self, statement: str) -> list[tuple[Any, ...]]:
        """The superuser's statement in the database that no service has."""
        connection = await psycopg.AsyncConnection.connect(self.postgres.url, autocommit=True, connect_timeout=5)
        async with connection, connection.cursor() as cursor:
            await cursor.execute(statement.encode())
            return await cursor.fetchall() if cursor.description else []

    async def restart_broker(self) -> None:
        await asyncio.to_thread(self.rabbitmq.start)

    async def command(self, service: str, *arguments: str) -> str:
        """What an operator runs: ``python -m incidents resend --hours 1``."""
        done = await asyncio.create_subprocess_exec(
            sys.executable, "-m", service, *arguments,
            env=self.stack.environment(service), cwd=self.stack.folder, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await done.communicate()
        if done.returncode != 0:
            raise process.ServerFailed(f"{service} {' '.join(arguments)} ended with {done.returncode}")
        return output.decode()

    def _ways(self) -> Iterable[tuple[str, str, int]]:
        """Who speaks to what, at which port."""
        ports = self.stack.ports
        for service in SERVICES:
            yield service, "postgres", self.postgres.port
            yield service, "rabbitmq", self.rabbitmq.port
            yield service, "identity", ports["identity"]
        for edge in EDGES:
            yield from ((edge, name, port) for name, port in ports.items() if name != edge)
        yield "files", "s3", self.s3.port
        yield "notifications", "smtp", self.mail.port
        yield "client", "gateway", ports["gateway"]

    def _adapted(self, source: str, settings: dict[str, str]) -> dict[str, str]:
        """The settings of a process of ``source``, with the proxies' addresses in the place of the servers'."""
        ways = {str(link.target): str(link.port) for (name, _), link in self.links.items() if name == source}

        def through(value: str) -> str:
            return ADDRESS.sub(lambda found: f"127.0.0.1:{ways.get(found[1], found[1])}", value)

        changed = {name: through(value) for name, value in settings.items()}
        if "smtp_port" in changed:
            changed["smtp_port"] = ways[changed["smtp_port"]]
        return {**changed, **SETTINGS.get(source, {})}


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Rig]:
    """The rig, started. PostgreSQL is durable: what it confirmed must outlive its own kill."""
    apt.ensure("rabbitmq-server", rabbitmq.SERVER)
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(MailCatcher(keep=1_000_000))
        postgres = Postgres(folder / "postgres", port=process.free_port(), max_connections=200)
        broker, s3 = RabbitMQ(folder / "rabbitmq"), S3Server(folder / "s3")
        for server in (postgres, broker, s3):
            stack.callback(server.remove)
            await asyncio.to_thread(server.start)
        rig = Rig(folder, postgres, broker, s3, mail)
        stack.push_async_callback(rig.stop)
        await rig.start()
        yield rig


def children(pid: int) -> list[int]:
    """The processes that a server started: PostgreSQL's, one per connection and some of its own."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:  # it has ended meanwhile
                continue
            if int(parent) == pid:
                found.append(int(entry.name))
    return found


def send_all(number: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue

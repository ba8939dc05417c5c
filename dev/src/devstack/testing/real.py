"""The real stack: one process per service and role, on a real PostgreSQL, RabbitMQ and S3 server."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from api.upstreams import SERVICES
from chassis.messaging.definitions import EVENTS_VHOST, definitions, jobs_vhost
from chassis.provision import Databases
from devkit.servers import process
from devkit.servers.mail import MailCatcher
from devkit.servers.s3 import S3Access
from devkit.servers.targets import PostgresTarget, RabbitMQTarget
from devstack.mail_page import text_of
from devstack.testing.embedded import wait_ready

EDGES = ("portal", "gateway")
ROLES = ("api", "worker")
BUCKET = "sqp-files"


class RealStack:
    """Starts 12 processes, of each service its API and its worker. ``kill`` acts on one: ``incidents.worker``.

    ``adapted`` gets the name of a service and its settings, and gives those that its processes start with.
    """

    kind = "real"

    def __init__(
        self,
        folder: Path,
        postgres: PostgresTarget,
        rabbitmq: RabbitMQTarget,
        s3: S3Access,
        mail: MailCatcher,
        *,
        adapted: Callable[[str, dict[str, str]], dict[str, str]] = lambda _, settings: settings,
    ) -> None:
        self.folder = folder
        self._adapted = adapted
        self._rabbitmq = rabbitmq
        self._s3 = s3
        self._mail = mail
        self._prefix = f"real-{secrets.token_hex(4)}-"
        self._password = secrets.token_hex(12)
        self.ports = dict(zip((*SERVICES, *EDGES), process.free_ports(7), strict=True))
        self.databases = {name: postgres.provision(f"real_{name}") for name in SERVICES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.url = f"http://localhost:{self.ports['gateway']}"

    async def start(self) -> RealStack:
        self.folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self._prepare_servers)
        await asyncio.gather(*(self._run(name, "migrate") for name in SERVICES))
        await self._run("identity", "demo")
        for name in SERVICES:
            for role in ROLES:
                self.launch(f"{name}.{role}")
        for name in EDGES:
            self.launch(f"{name}.api")
        for name, port in self.ports.items():
            await wait_ready(f"http://127.0.0.1:{port}", self.processes[f"{name}.api"], self.log(f"{name}.api"))
        return self

    async def stop(self) -> None:
        """SIGTERM to all, and SIGKILL to what has not ended after 20 s."""
        running = list(self.processes.values())
        await asyncio.gather(*(asyncio.to_thread(process.end, each, [signal.SIGTERM]) for each in running))
        for kind, delete in (("vhosts", self._rabbitmq.delete_vhost), ("users", self._rabbitmq.management.delete_user)):
            for each in self.at_the_broker()[kind]:
                delete(each["name"])

    def launch(self, name: str) -> None:
        service, role = name.split(".")
        self.processes[name] = process.spawn(
            [sys.executable, "-m", service, role], log=self.log(name), env=self.environment(service), cwd=self.folder
        )

    def kill(self, name: str) -> None:
        """SIGKILL to one process and the children that it forked."""
        victim = self.processes.pop(name)
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait(10)

    async def mailed(self, recipient: str) -> list[tuple[str, str]]:
        return [(r.subject, text_of(r.message)) for r in self._mail.messages if recipient in r.recipients]

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def at_the_broker(self) -> dict[str, list[dict[str, Any]]]:
        return definitions(dict.fromkeys(SERVICES, self._password), self._prefix)

    def _prepare_servers(self) -> None:
        self._rabbitmq.management.load(self.at_the_broker())
        self._s3.create_bucket(BUCKET)

    def vhost(self, name: str) -> str:
        """As it is called at the broker."""
        return f"{self._prefix}{name}"

    def _broker_url(self, service: str, vhost: str) -> str:
        user = f"{self._prefix}{service}"
        return self._rabbitmq.management.amqp_url(self.vhost(vhost), user, self._password)

    async def _run(self, service: str, verb: str) -> None:
        """One verb to its end."""
        log = self.log(f"{service}.{verb}")
        environment = await asyncio.to_thread(self.environment, service)
        started = process.spawn([sys.executable, "-m", service, verb], log=log, env=environment, cwd=self.folder)
        code = await asyncio.to_thread(started.wait, 120)
        if code != 0:
            raise process.ServerFailed(f"{service} {verb} ended with {code}: {process.tail(log, 30)}")

    def environment(self, service: str) -> dict[str, str]:
        if service in EDGES:
            own = self._edge(service)
        else:
            own = {**self._common(service), **_database(self.databases[service]), **self._special(service)}
        adapted = self._adapted(service, own)
        return {**os.environ, **{f"{service.upper()}_{key.upper()}": value for key, value in adapted.items()}}

    def _common(self, service: str) -> dict[str, str]:
        return {
            "events_url": self._broker_url(service, EVENTS_VHOST),
            "jobs_url": self._broker_url(service, jobs_vhost(service)),
            "issuer": self.url,
            "jwks_url": f"http://127.0.0.1:{self.ports['identity']}/.well-known/jwks.json",
            "port": str(self.ports[service]),
            "environment": "test",
            "log_level": "INFO",
        }

    def _special(self, service: str) -> Mapping[str, str]:
        if service == "files":
            return {
                "s3_endpoint": self._s3.url,
                "s3_access_key": self._s3.access_key,
                "s3_secret_key": self._s3.secret_key,
                "s3_bucket": BUCKET,
            }
        if service == "notifications":
            return {"smtp_host": "127.0.0.1", "smtp_port": str(self._mail.port), "portal_url": self.url}
        return {}

    def _edge(self, name: str) -> dict[str, str]:
        urls = {f"{other}_url": f"http://127.0.0.1:{self.ports[other]}" for other in (*SERVICES, "portal")}
        return {
            **urls,
            "public_url": self.url,
            "issuer": self.url,
            "port": str(self.ports[name]),
            "environment": "test",
        }


def _database(databases: Databases) -> dict[str, str]:
    return {
        "database_url": databases.app_url.replace("postgresql://", "postgresql+psycopg://", 1),
        "database_owner_url": databases.owner_url.replace("postgresql://", "postgresql+psycopg://", 1),
        "database_app_role": f"{databases.name}_app",
        "database_pool_size": "5",
    }

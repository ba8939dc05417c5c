"""Which server a test run uses: an address from the environment, else a container, else a private instance.

- `TEST_POSTGRES_URL`: a superuser's `postgresql://...`
- `TEST_RABBITMQ_URL` (`amqp://user:password@host:port`) with `TEST_RABBITMQ_MANAGEMENT_URL` (`http://host:port`, with
  or without a login of its own)
- `TEST_S3_URL` with `TEST_S3_ACCESS_KEY` and `TEST_S3_SECRET_KEY` (and `TEST_S3_REGION`)

Containers only where an engine answers and holds the image already: nothing is ever pulled.
"""

import os
import secrets
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from chassis.provision import Databases, drop, provision
from devkit.servers import apt, docker, rabbitmq
from devkit.servers.management import Management
from devkit.servers.postgres import Postgres
from devkit.servers.process import Missing
from devkit.servers.rabbitmq import RabbitMQ
from devkit.servers.s3 import REGION, S3Access, S3Server


@dataclass(frozen=True)
class PostgresTarget:
    """A PostgreSQL where databases can be made; `url` is the superuser's."""

    url: str

    def provision(self, name: str, *, owner_password: str | None = None, app_password: str | None = None) -> Databases:
        """As `chassis.provision`, with passwords made up where none are given."""
        return provision(
            self.url,
            name,
            owner_password=owner_password or secrets.token_hex(12),
            app_password=app_password or secrets.token_hex(12),
        )

    def drop(self, name: str) -> None:
        drop(self.url, name)


class OwnBroker(Protocol):
    """A broker that a test may hurt: killed or paused, and back with its addresses and its data."""

    @property
    def pid(self) -> int | None: ...
    def start(self) -> object: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


@dataclass(frozen=True)
class RabbitMQTarget:
    """A RabbitMQ where vhosts can be made. `private` is there when it is ours to kill and pause."""

    management: Management
    private: OwnBroker | None = None

    def amqp_url(self, vhost: str) -> str:
        return self.management.amqp_url(vhost)

    def create_vhost(self, name: str) -> str:
        return self.management.create_vhost(name)

    def delete_vhost(self, name: str) -> None:
        self.management.delete_vhost(name)


def open_postgres(stack: ExitStack, folder: Path) -> PostgresTarget:
    """The server ends with `stack`. Raises Missing, saying what to install."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        return PostgresTarget(url)
    if url := docker.postgres(stack):
        return PostgresTarget(url)
    server = Postgres(folder, durable=False)
    stack.callback(server.remove)
    return PostgresTarget(server.start().url)


def open_rabbitmq(stack: ExitStack, folder: Path) -> RabbitMQTarget:
    """The server ends with `stack`. Raises Missing, saying what to install."""
    if url := os.environ.get("TEST_RABBITMQ_URL"):
        return RabbitMQTarget(_management(url, os.environ.get("TEST_RABBITMQ_MANAGEMENT_URL")))
    if broker := docker.rabbitmq(stack):
        return RabbitMQTarget(broker.management, broker)
    apt.ensure("rabbitmq-server", rabbitmq.SERVER)
    server = RabbitMQ(folder)
    stack.callback(server.remove)
    return RabbitMQTarget(server.start().management, server)


def open_s3(stack: ExitStack, folder: Path) -> S3Access:
    """The server ends with `stack`. Raises Missing, saying what to install."""
    if url := os.environ.get("TEST_S3_URL"):
        keys = os.environ.get("TEST_S3_ACCESS_KEY"), os.environ.get("TEST_S3_SECRET_KEY")
        if not all(keys):
            raise Missing("S3 server: TEST_S3_URL needs TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY")
        return S3Access(url, keys[0] or "", keys[1] or "", os.environ.get("TEST_S3_REGION", REGION))
    server = S3Server(folder)
    stack.callback(server.remove)
    return server.start().access


def find_chromium() -> Path:
    """A Chromium or Chrome that is installed, else Debian's, installed where that is allowed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    return apt.ensure("chromium", "chromium")


def _management(amqp: str, http: str | None) -> Management:
    if not http:
        raise Missing("RabbitMQ: TEST_RABBITMQ_URL needs TEST_RABBITMQ_MANAGEMENT_URL")
    broker, parts = urlsplit(amqp), urlsplit(http)
    login, _, host = parts.netloc.rpartition("@")
    login = login or broker.netloc.rpartition("@")[0]
    return Management(urlunsplit(parts._replace(netloc=f"{login}@{host}")), amqp)

"""One PostgreSQL from a wheel, with a database and two roles per service, kept in the data folder."""

from __future__ import annotations

import secrets
from pathlib import Path

from api.upstreams import SERVICES
from chassis.provision import Databases
from devkit.servers.postgres import Postgres
from devkit.servers.process import secret_file

BUS = "bus"


def start(folder: Path, *, durable: bool) -> Postgres:
    return Postgres(folder, durable=durable, max_connections=200).start()


def provision(server: Postgres, folder: Path) -> dict[str, Databases]:
    """Every service's database and the bus's; harmless to repeat."""
    password = _password(folder)
    return {name: server.provision(name, owner_password=password, app_password=password) for name in (*SERVICES, BUS)}


def _password(folder: Path) -> str:
    """Made up at the first start, for this machine alone."""
    return secret_file(folder / "service-password", lambda: secrets.token_urlsafe(24))

"""Containers for tests, only where an engine of this machine answers and holds the image already.

The images are the compose file's. Ports are published on 127.0.0.1 alone, whatever this process runs in.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from devkit.servers import process
from devkit.servers.management import Management
from devkit.servers.process import LOOPBACK

POSTGRES_IMAGE = "postgres:18-trixie"
RABBITMQ_IMAGE = "rabbitmq:4.3-management"
_ADMIN = "admin"
_BROKER_SECONDS = 90.0
_USUAL = "unix:///var/run/docker.sock"
# Read once, when the container library is imported.
_SETTINGS = {
    # The reaper is one more image, which would be pulled; our own exit stack ends the containers.
    "TESTCONTAINERS_RYUK_DISABLED": "true",
    # Where it takes this machine for a container, it would go by way of the bridge's address.
    "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
    "TESTCONTAINERS_HOST_OVERRIDE": LOOPBACK,
}


def postgres(stack: ExitStack) -> str | None:
    """A superuser's address, or None when no container can be had. The container ends with `stack`."""
    if not holds(POSTGRES_IMAGE):
        return None
    with _quiet():
        from testcontainers.postgres import PostgresContainer

        password = secrets.token_hex(12)
        container = PostgresContainer(POSTGRES_IMAGE, username="postgres", password=password, driver=None)
        # Its data ends with it: nothing is worth a wait for the disk.
        container.with_command("postgres -c fsync=off -c full_page_writes=off -c max_connections=200")
        _start(stack, container, {5432: None})
        return f"postgresql://postgres:{password}@{LOOPBACK}:{container.get_exposed_port(5432)}/postgres"


def rabbitmq(stack: ExitStack) -> Broker | None:
    """A broker that is ready, or None when no container can be had. The container ends with `stack`."""
    if not holds(RABBITMQ_IMAGE):
        return None
    with _quiet():
        from testcontainers.core.container import DockerContainer

        password = secrets.token_hex(12)
        container = DockerContainer(RABBITMQ_IMAGE)
        container.with_env("RABBITMQ_DEFAULT_USER", _ADMIN).with_env("RABBITMQ_DEFAULT_PASS", password)
        # Chosen here: a port of the engine's choice would be another one after `kill` and `start`.
        amqp, http = process.free_ports(2)
        _start(stack, container, {5672: amqp, 15672: http})
        broker = Broker(container.get_wrapped_container(), password, amqp, http)
        broker.wait_ready()
        return broker


class Broker:
    """A RabbitMQ in a container of its own: to use, to kill and to pause. Its data last as long as the container."""

    def __init__(self, container: Any, password: str, amqp_port: int, management_port: int) -> None:
        login = f"{_ADMIN}:{password}@{LOOPBACK}"
        self.management = Management(f"http://{login}:{management_port}", f"amqp://{login}:{amqp_port}")
        self._container = container
        self._port = amqp_port

    @property
    def pid(self) -> int | None:
        """On the engine's machine; None while it does not run."""
        self._container.reload()
        return int(self._container.attrs["State"]["Pid"]) or None

    def start(self) -> Self:
        """Ready when it returns, with the ports and the data that it had. Raises ServerFailed."""
        self._container.start()
        self.wait_ready()
        return self

    def kill(self) -> None:
        """SIGKILL: what was confirmed and durable must be there after `start`. Harmless when it does not run."""
        if self.pid is not None:
            self._container.kill()
            self._container.wait()

    def pause(self) -> None:
        """Connections stay open and nothing answers, as in a network partition."""
        self._container.pause()

    def resume(self) -> None:
        """Harmless when it is not paused."""
        self._container.reload()
        if self._container.status == "paused":
            self._container.unpause()

    def wait_ready(self) -> None:
        """AMQP and management answer when it returns. Raises ServerFailed."""
        log = Path(f"docker logs {self._container.short_id}")
        process.wait_until(self._ready, seconds=_BROKER_SECONDS, what="RabbitMQ", log=log, process=None)

    def _ready(self) -> bool:
        return self._greets() and self.management.answers()

    def _greets(self) -> bool:
        # The engine accepts connections before the server does: only an answer counts.
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self._port), timeout=5) as connection:
            connection.sendall(b"AMQP\0\0\x09\x01")
            return connection.recv(1) == b"\x01"
        return False


def holds(image: str) -> bool:
    """Whether an engine of this machine answers and has the image. Nothing is ever pulled."""
    # A port of 127.0.0.1 is of no use on another machine than the engine's.
    if not answers(os.environ.get("DOCKER_HOST", _USUAL)):
        return False
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with _quiet(), contextlib.suppress(Exception):  # whatever an engine answers: then there is no container
        import docker

        with contextlib.closing(docker.from_env(timeout=60)) as client:
            client.images.get(image)
            return True
    return False


def answers(host: str) -> bool:
    """Whether an engine listens at this `unix://` address; no other kind of address is asked."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(15)
            connection.connect(host.removeprefix("unix://"))
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _start(stack: ExitStack, container: Any, ports: dict[int, int | None]) -> None:
    """`ports`: the host's port for each of the container's, or None for any."""
    container.ports = {inner: (LOOPBACK, outer) for inner, outer in ports.items()}
    # The container library leaves its connections open.
    stack.callback(container.get_docker_client().client.close)
    stack.enter_context(container)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # The container library's own deprecations are not ours to fix, and every warning is an error in tests.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

"""Containers for tests, only where an engine of this machine answers and holds the image already.

The images are the compose file's. Ports are published on 127.0.0.1 alone, whatever this process runs in.
"""

import contextlib
import os
import secrets
import socket
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from chassis.local.process import LOOPBACK

POSTGRES_IMAGE = "postgres:18-trixie"
RABBITMQ_IMAGE = "rabbitmq:4.3-management"
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
        _start(stack, container, 5432)
        return f"postgresql://postgres:{password}@{LOOPBACK}:{container.get_exposed_port(5432)}/postgres"


def rabbitmq(stack: ExitStack) -> tuple[str, str] | None:
    """AMQP and management addresses, or None when no container can be had. The container ends with `stack`."""
    if not holds(RABBITMQ_IMAGE):
        return None
    with _quiet():
        from testcontainers.core.container import DockerContainer
        from testcontainers.core.wait_strategies import LogMessageWaitStrategy

        password = secrets.token_hex(12)
        container = DockerContainer(RABBITMQ_IMAGE).waiting_for(LogMessageWaitStrategy("Server startup complete"))
        container.with_env("RABBITMQ_DEFAULT_USER", "admin").with_env("RABBITMQ_DEFAULT_PASS", password)
        _start(stack, container, 5672, 15672)
        amqp, http = (f"admin:{password}@{LOOPBACK}:{container.get_exposed_port(port)}" for port in (5672, 15672))
        return f"amqp://{amqp}", f"http://{http}"


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


def _start(stack: ExitStack, container: Any, *ports: int) -> None:
    container.ports = dict.fromkeys(ports, (LOOPBACK, None))
    # The container library leaves its connections open.
    stack.callback(container.get_docker_client().client.close)
    stack.enter_context(container)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # The container library's own deprecations are not ours to fix, and every warning is an error in tests.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

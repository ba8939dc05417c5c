"""Containers for tests, only where an engine answers and holds the image already."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

POSTGRES_IMAGE = "postgres:18-trixie"
RABBITMQ_IMAGE = "rabbitmq:4.3-management"
_SOCKET = Path("/var/run/docker.sock")


def postgres(stack: ExitStack) -> str | None:
    """A superuser's address, or None when no container can be had. The container ends with `stack`."""
    if not _has(POSTGRES_IMAGE):
        return None
    with _quiet():
        from testcontainers.postgres import PostgresContainer

        container = stack.enter_context(PostgresContainer(POSTGRES_IMAGE, driver=None))
        return str(container.get_connection_url())


def rabbitmq(stack: ExitStack) -> tuple[str, str] | None:
    """AMQP and management addresses, or None when no container can be had. The container ends with `stack`."""
    if not _has(RABBITMQ_IMAGE):
        return None
    with _quiet():
        from testcontainers.rabbitmq import RabbitMqContainer

        container = stack.enter_context(RabbitMqContainer(RABBITMQ_IMAGE).with_exposed_ports(5672, 15672))
        host = container.get_container_host_ip()
        login = f"{container.username}:{container.password}@{host}"
        return (
            f"amqp://{login}:{container.get_exposed_port(5672)}",
            f"http://{login}:{container.get_exposed_port(15672)}",
        )


def _has(image: str) -> bool:
    if "DOCKER_HOST" not in os.environ and not _SOCKET.exists():
        return False
    # The reaper is one more image, which would be pulled; our own exit stack ends the containers.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    with _quiet(), contextlib.suppress(Exception):  # whatever an engine answers: then there is no container
        import docker

        with contextlib.closing(docker.from_env(timeout=5)) as client:
            client.images.get(image)
            return True
    return False


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # The container library's own deprecations are not ours to fix, and every warning is an error in tests.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

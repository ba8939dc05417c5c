"""The servers of a test run come from containers where an engine holds their images, and from nowhere else then."""

import os
from urllib.parse import urlsplit

import pytest

from devkit.servers import docker
from devkit.servers.targets import PostgresTarget, RabbitMQTarget


def images_behind(port: int) -> list[str]:
    """Of the containers that publish `port` of 127.0.0.1."""
    import docker as engine

    client = engine.from_env(timeout=60)
    try:
        found = client.api.containers(filters={"publish": port})
        return [each["Image"] for each in found if any(p.get("IP") == "127.0.0.1" for p in each["Ports"])]
    finally:
        client.close()


def wanted(image: str, variable: str) -> None:
    if variable in os.environ:
        pytest.skip(f"{variable} names the server")
    if not docker.holds(image):
        pytest.skip(f"no engine of this machine holds {image}: the tests use a private instance")


def test_postgresql_is_a_container_where_an_engine_holds_it(postgres_server: PostgresTarget) -> None:
    wanted(docker.POSTGRES_IMAGE, "TEST_POSTGRES_URL")
    assert images_behind(urlsplit(postgres_server.url).port or 0) == [docker.POSTGRES_IMAGE]


@pytest.mark.rabbitmq
def test_rabbitmq_is_a_container_where_an_engine_holds_it(rabbitmq_server: RabbitMQTarget) -> None:
    wanted(docker.RABBITMQ_IMAGE, "TEST_RABBITMQ_URL")
    for url in (rabbitmq_server.management.url, rabbitmq_server.management.broker):
        assert images_behind(urlsplit(url).port or 0) == [docker.RABBITMQ_IMAGE]
    version = rabbitmq_server.management.call("GET", "overview")["rabbitmq_version"]
    assert version.startswith("4."), version


def test_without_an_engine_there_is_no_container_and_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert not docker.holds(docker.POSTGRES_IMAGE)


def test_an_engine_of_another_machine_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert not docker.holds(docker.POSTGRES_IMAGE)

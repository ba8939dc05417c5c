"""The private RabbitMQ: vhosts and users over HTTP, and the ways to hurt it that the fault tests need."""

import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pika
import pika.exceptions
import pytest

from devkit.servers.apt import ensure
from devkit.servers.rabbitmq import RabbitMQ

pytestmark = pytest.mark.rabbitmq


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    ensure("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server")
    server = RabbitMQ(tmp_path_factory.mktemp("rabbitmq")).start()
    yield server
    server.remove()


def connect(url: str) -> pika.BlockingConnection:
    parameters = pika.URLParameters(url)
    parameters.socket_timeout = parameters.blocked_connection_timeout = 10
    return pika.BlockingConnection(parameters)


def publish(url: str, queue: str, body: bytes) -> None:
    connection = connect(url)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2), mandatory=True)
    connection.close()


def fetch(url: str, queue: str) -> bytes | None:
    connection = connect(url)
    _, _, body = connection.channel().basic_get(queue, auto_ack=True)
    connection.close()
    return body  # type: ignore[no-any-return]  # pika has no types


def test_vhosts_are_made_and_removed_over_http(broker: RabbitMQ) -> None:
    url = broker.create_vhost("events/1")
    assert broker.create_vhost("events/1") == url
    publish(url, "q", b"x")
    broker.delete_vhost("events/1")
    broker.delete_vhost("events/1")
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        connect(url)


def test_a_user_has_the_rights_it_was_given_and_no_other(broker: RabbitMQ) -> None:
    broker.create_vhost("shared")
    url = broker.create_user("files", "p/w", "shared", configure="^files\\.", write="^files\\.", read="^files\\.")
    channel = connect(url).channel()
    channel.queue_declare("files.in", durable=True)
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
        channel.queue_declare("contracts.in", durable=True)
    channel.connection.close()


def test_the_management_api_refuses_a_wrong_password(broker: RabbitMQ) -> None:
    wrong = broker.management_url.replace("admin:", "admin:x")
    with pytest.raises(urllib.error.HTTPError):
        type(broker.management)(wrong, broker.url).call("GET", "whoami")


def test_confirmed_messages_survive_a_kill_of_the_broker(broker: RabbitMQ) -> None:
    url, ports = broker.create_vhost("kill"), (broker.port, broker.management_port)
    declared = time.time()
    publish(url, "kept", b"once")
    _wait_for_queue_on_disk(broker.folder, declared)
    broker.kill()
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        connect(url)
    broker.start()
    assert (broker.port, broker.management_port) == ports
    assert fetch(url, "kept") == b"once"


def _wait_for_queue_on_disk(folder: Path, since: float) -> None:
    """RabbitMQ 3.10 writes the register of its quorum queues half a second after a declaration."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if any(file.stat().st_mtime > since + 0.2 for file in folder.glob("mnesia/*/quorum/**/names.dets")):
            return
        time.sleep(0.05)
    raise AssertionError(f"not written: {[str(f) for f in folder.glob('mnesia/**/*.dets')]}")


def _stands_still(broker: RabbitMQ) -> bool:
    return Path(f"/proc/{broker.pid}/stat").read_text().split(") ")[1][0] == "T"


def test_a_paused_broker_answers_again_after_resume(broker: RabbitMQ) -> None:
    broker.pause()
    try:
        assert _stands_still(broker)
    finally:
        broker.resume()
    publish(broker.create_vhost("pause"), "q", b"x")


@pytest.mark.slow
def test_stop_leaves_neither_the_broker_nor_its_epmd(broker: RabbitMQ) -> None:
    broker.stop()
    folder = str(broker.folder).encode()
    left = [p.parent.name for p in Path("/proc").glob("[0-9]*/environ") if folder in _read(p)]
    assert left == []
    broker.start()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

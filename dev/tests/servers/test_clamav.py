"""The scanner with its one signature, spoken to as clamd's protocol says."""

import socket
import struct
from collections.abc import Iterator

import pytest

from devkit.servers.apt import ensure
from devkit.servers.clamav import EICAR, Clamd
from devkit.servers.process import Missing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    try:
        ensure("clamav-daemon", "/usr/sbin/clamd")
    except Missing as missing:
        pytest.skip(str(missing))
    with Clamd(tmp_path_factory.mktemp("clamav")) as running:
        yield running


def scan(scanner: Clamd, content: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", scanner.port), timeout=10) as connection:
        connection.sendall(b"zINSTREAM\0" + struct.pack("!I", len(content)) + content + struct.pack("!I", 0))
        return connection.recv(200)


def test_the_test_virus_is_found_and_other_content_is_clean(scanner: Clamd) -> None:
    assert b"Eicar-Test-Signature" in scan(scanner, EICAR)
    assert scan(scanner, b"a plain report") == b"stream: OK\0"

"""Server fixtures: each real server is started when the first test asks for it, shared by the run, and ended with it.

A component that cannot be had skips the tests that need it, with one plain line at the end of the run; with `CI=true`
it fails them. Docker is never required.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
import pytest_asyncio

from chassis.provision import Databases
from devkit.servers.mail import MailCatcher
from devkit.servers.process import Missing
from devkit.servers.s3 import S3Access
from devkit.servers.targets import PostgresTarget, RabbitMQTarget, find_chromium, open_postgres, open_rabbitmq, open_s3

Target = TypeVar("Target")
_MISSING = pytest.StashKey[dict[str, None]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    for text in config.stash.get(_MISSING, {}):
        terminalreporter.write_line(f"missing: {text}")


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[PostgresTarget]:
    """A superuser's address and `provision(name)`, which makes a database with its two roles."""
    yield from _serve(pytestconfig, open_postgres)


@pytest.fixture
def empty_database(postgres_server: PostgresTarget) -> Iterator[Databases]:
    """A database of the test's own, without tables, which is dropped after the test."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres_server.provision(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def rabbitmq_server(pytestconfig: pytest.Config) -> Iterator[RabbitMQTarget]:
    yield from _serve(pytestconfig, open_rabbitmq)


@pytest.fixture
def rabbitmq_vhost(rabbitmq_server: RabbitMQTarget) -> Iterator[str]:
    """The administrator's AMQP address of a fresh vhost, which is deleted after the test."""
    name = f"test-{secrets.token_hex(6)}"
    yield rabbitmq_server.create_vhost(name)
    rabbitmq_server.delete_vhost(name)


@pytest.fixture(scope="session")
def s3_server(pytestconfig: pytest.Config) -> Iterator[S3Access]:
    """Endpoint, keys, `client()` and `create_bucket(name)` of a server that checks keys."""
    yield from _serve(pytestconfig, open_s3)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mail_server() -> AsyncIterator[MailCatcher]:
    """One catcher for the run: use recipients of your own, or `clear()` first."""
    async with MailCatcher() as catcher:
        yield catcher


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Path:
    """The browser's path."""
    try:
        return find_chromium()
    except Missing as missing:
        _give_up(pytestconfig, missing)


def _serve(config: pytest.Config, opened: Callable[[ExitStack, Path], Target]) -> Iterator[Target]:
    folder = Path(tempfile.mkdtemp(prefix="sqp-test-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root, and must reach its data below
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            target = opened(stack, folder / "server")
        except Missing as missing:
            _give_up(config, missing)
        yield target


def _give_up(config: pytest.Config, missing: Missing) -> NoReturn:
    config.stash.setdefault(_MISSING, {})[str(missing)] = None
    if os.environ.get("CI", "").lower() in {"true", "1"}:
        pytest.fail(f"missing: {missing}", pytrace=False)
    pytest.skip(f"missing: {missing}")

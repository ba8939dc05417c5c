"""The stacks, each started once a run, and the world that every end-to-end test acts in.

With ``STACK_URL`` in the environment it is the stack at that address (:mod:`devstack.testing.address`), and no other.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from devkit.servers.mail import MailCatcher
from devstack.testing import world as worlds
from devstack.testing.address import AddressStack
from devstack.testing.embedded import EmbeddedStack
from devstack.testing.real import RealStack
from devstack.testing.running import RunningStack
from devstack.testing.world import World


@pytest.fixture(scope="session")
def room() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sqp-e2e-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


ADDRESSED = AddressStack.of_environment()


@pytest.fixture(scope="session", params=["address"] if ADDRESSED else ["embedded", "real"])
async def stack(request: pytest.FixtureRequest, room: Path) -> AsyncIterator[RunningStack]:
    if ADDRESSED:
        if request.param != "address":
            pytest.skip(f"needs the {request.param} stack, and STACK_URL names one that runs elsewhere")
        yield await ADDRESSED.start()
        return
    async with MailCatcher() as mail:
        running = EmbeddedStack(room / "embedded") if request.param == "embedded" else _real(request, room, mail)
        try:
            yield await running.start()
        finally:
            await running.stop()


def _real(request: pytest.FixtureRequest, room: Path, mail: MailCatcher) -> RealStack:
    postgres, rabbitmq, s3 = (request.getfixturevalue(f"{name}_server") for name in ("postgres", "rabbitmq", "s3"))
    return RealStack(room / "real", postgres, rabbitmq, s3, mail)


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@pytest.fixture(scope="session")
async def world(stack: RunningStack, http: aiohttp.ClientSession) -> World:
    return await worlds.make(stack, http)

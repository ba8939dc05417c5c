"""The process that `make run` starts: it finds its data again, loses nothing to a kill, and leaves nothing running."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest

from demonstration import caller
from demonstration.caller import eventually
from demonstration.seeding import LOGINS, PASSWORD
from devkit.servers.process import ServerFailed
from devstack.testing.embedded import EmbeddedStack

pytestmark = pytest.mark.e2e


@pytest.fixture
async def stack() -> AsyncIterator[EmbeddedStack]:
    with tempfile.TemporaryDirectory(prefix="sqp-stack-") as folder:
        made = EmbeddedStack(Path(folder))
        yield made
        await made.kill()


async def test_the_demonstration_is_there_after_a_kill_and_everybody_logs_in(stack: EmbeddedStack) -> None:
    await stack.start()
    before = await _seen_by_everybody(stack)
    await stack.kill()
    await stack.start()
    assert await _seen_by_everybody(stack) == before
    assert before["revendeur_test"] == (17, 7, 5)
    assert before["client_test"] == (4, 2, 1)


async def test_a_start_killed_while_it_seeds_goes_on_where_it_was(stack: EmbeddedStack) -> None:
    starting = asyncio.create_task(stack.start())
    await eventually(lambda: _has_password(stack), what="a data folder")
    await asyncio.wait({starting}, timeout=2.5)
    assert not starting.done(), "the first start ends before it could be killed"
    await stack.kill()
    await asyncio.gather(starting, return_exceptions=True)
    await stack.start()
    assert (await _seen_by_everybody(stack))["revendeur_test"] == (17, 7, 5)


async def test_ctrl_c_ends_everything(stack: EmbeddedStack) -> None:
    await stack.start()
    children = psutil.Process(stack.pid).children(recursive=True)
    assert children, "PostgreSQL runs beside it"
    assert await stack.stop() == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


async def _seen_by_everybody(stack: EmbeddedStack) -> dict[str, tuple[int, ...]]:
    """Contracts, incidents and exchanges by log-in."""
    seen = {}
    async with aiohttp.ClientSession() as http:
        for login in LOGINS:
            person = caller.person(http, stack.url, login, PASSWORD)
            lists = [await person.get(path) for path in ("/contracts", "/incidents", "/exchanges")]
            seen[login] = tuple(each["total"] for each in lists)
    return seen


async def _has_password(stack: EmbeddedStack) -> bool | None:
    return (stack.folder / "data" / "service-password").exists() or None


async def test_a_second_stack_on_the_same_data_is_refused_and_the_first_lives_on(stack: EmbeddedStack) -> None:
    await stack.start()
    second = EmbeddedStack(stack.folder)
    with pytest.raises(ServerFailed, match=f"already running .* {stack.pid}"):
        await second.start()
    assert (await _seen_by_everybody(stack))["client_test"]

"""The probe as a container runs it: alone, without the platform's own packages."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devkit.fake_upstream import Upstream, answer, quiet, serving
from devkit.servers.process import free_port
from web import probe


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and what it says."""
    command = [sys.executable, "-I", "-S", str(probe.__file__), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert done.stderr == ""
    return done.returncode, done.stdout


async def asked(*arguments: str) -> tuple[int, str]:
    return await asyncio.to_thread(run, *arguments)


async def test_a_process_that_is_ready_is_well() -> None:
    service = Upstream()
    service.handlers["/readyz"] = answer({"status": "ready"})
    async with serving(quiet(service)) as url:
        assert await asked("http", url.rpartition(":")[2]) == (0, "")
    assert [seen.path for seen in service.seen] == ["/readyz"]


async def test_a_process_that_is_not_ready_says_why() -> None:
    service = Upstream()
    service.handlers["/readyz"] = answer({"status": "database away"}, 503, content_length="27")
    async with serving(quiet(service)) as url:
        port = url.rpartition(":")[2]
        assert await asked("http", port) == (1, f'/readyz on port {port}: 503 {{"status": "database away"}}\n')
        assert await asked("http", port, "/livez") == (0, "")


def test_a_port_where_nobody_listens_is_not_well() -> None:
    code, said = run("http", str(free_port()))
    assert (code, "refused" in said) == (1, True)


async def test_a_process_that_takes_the_connection_and_is_silent_is_not_well() -> None:
    left = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        code, said = await asked("http", str(server.sockets[0].getsockname()[1]))
        await asyncio.wait_for(left.wait(), 5)
    assert (code, "timed out" in said) == (1, True)


def test_a_heartbeat_is_young_old_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    assert run("heartbeat", str(file), "30")[0] == 1
    file.touch()
    assert run("heartbeat", str(file), "30") == (0, "")
    old = time.time() - 31
    os.utime(file, (old, old))
    assert run("heartbeat", str(file), "30") == (1, "the last heartbeat is 31 s old\n")


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["http"], ["http", "x"], ["heartbeat", "f"]])
def test_any_other_command_line_is_refused(arguments: list[str]) -> None:
    assert run(*arguments) == (1, f"{probe.USAGE}\n")


def test_it_loads_next_to_nothing() -> None:
    command = [sys.executable, "-I", "-S", "-X", "importtime", str(probe.__file__), "heartbeat", "/", "1e12"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "_socket" in loaded
    for costly in ("enum", "pathlib", "selectors", "typing", "chassis", "site"):
        assert not re.search(rf"\| +{costly}$", loaded, re.MULTILINE), costly

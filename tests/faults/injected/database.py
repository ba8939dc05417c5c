"""Faults of PostgreSQL."""

from __future__ import annotations

import asyncio
import resource
import signal
from contextlib import AsyncExitStack

import psycopg
from tests.faults.registry import NotFired, fault, proven
from tests.faults.rig import Rig, children, send_all

AWAY, FROZEN, FULL, EXHAUSTED = 3.0, 20.0, 15.0, 15.0
# Above any table of a run and below a segment of the write-ahead log, which is 16 MB.
MOST_BYTES = 12 * 1024 * 1024


@fault("database killed", short=True)
async def killed(rig: Rig) -> str:
    backends = children(rig.postgres.pid or 0)
    await asyncio.to_thread(rig.postgres.kill)
    send_all(signal.SIGKILL, backends)
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(rig.postgres.start)
    log = (rig.postgres.folder / "postgres.log").read_text(errors="replace")
    return proven(log.count("was not properly shut down"), "recoveries of a database that was not shut down")


@fault("database frozen", short=True)
async def frozen(rig: Rig) -> str:
    server = rig.postgres.pid or 0
    stopped = [server, *children(server)]
    send_all(signal.SIGSTOP, stopped)
    try:
        await asyncio.sleep(FROZEN)
        is_silent = await _is_silent(rig)
    finally:
        send_all(signal.SIGCONT, stopped)
    return proven(len(stopped) if is_silent else 0, f"of its processes stopped for {FROZEN:g} s")


@fault("database connections cut", short=True)
async def connections_cut(rig: Rig) -> str:
    """Every second for ten seconds, whatever is under way."""
    cut = 0
    for _ in range(10):
        rows = await rig.administer(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        cut += len(rows)
        await asyncio.sleep(1)
    return proven(cut, "connections ended by the server")


@fault("database answers to COMMIT lost", short=True)
async def commits_unheard(rig: Rig) -> str:
    """The transaction is there, and its service does not know."""
    links = rig.links_to("postgres")
    before = sum(link.touched for link in links)
    for link in links:
        link.loses_answer_to = b"COMMIT"
    try:
        await asyncio.sleep(AWAY)
    finally:
        for link in links:
            link.restore()
    return proven(sum(link.touched for link in links) - before, "commits whose answer was lost")


@fault("database connections exhausted")
async def exhausted(rig: Rig) -> str:
    """All places are taken; then the services lose those that they had."""
    async with AsyncExitStack() as stack:
        taken = 0
        try:
            while True:
                connection = await psycopg.AsyncConnection.connect(rig.postgres.url, autocommit=True)
                await stack.enter_async_context(connection)
                taken += 1
                if taken == 1:
                    first = connection
        except psycopg.OperationalError:
            refused = True
        await first.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY(%s)",
            (["incidents", "contracts", "identity"],),
        )
        for _ in range(int(EXHAUSTED * 20)):
            try:
                connection = await psycopg.AsyncConnection.connect(rig.postgres.url, autocommit=True)
                await stack.enter_async_context(connection)
            except psycopg.OperationalError:
                await asyncio.sleep(0.05)
    return proven(taken if refused else 0, f"connections held all places for {EXHAUSTED:g} s")


@fault("database out of disk")
async def disk_full(rig: Rig) -> str:
    """A limit on the size of files, at which PostgreSQL's writes fail as on a full disk: its log cannot be written, it
    panics, and recovers once there is room."""
    server = rig.postgres.pid or 0
    log = rig.postgres.folder / "postgres.log"
    before = log.read_text(errors="replace").count("File too large")
    limit = (MOST_BYTES, resource.RLIM_INFINITY)
    for pid in (server, *children(server)):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
    await asyncio.sleep(FULL)
    met = log.read_text(errors="replace").count("File too large") - before
    await asyncio.to_thread(rig.postgres.kill)
    send_all(signal.SIGKILL, children(server))
    await asyncio.to_thread(rig.postgres.start)
    return proven(met, "writes that found no room")


async def _is_silent(rig: Rig) -> bool:
    try:
        async with asyncio.timeout(2):
            await rig.administer("SELECT 1")
    except (TimeoutError, psycopg.OperationalError):
        return True
    raise NotFired("PostgreSQL answered")

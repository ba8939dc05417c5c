"""Faults of our own processes: each killed, and a leader that stands still longer than its lock lasts."""

from __future__ import annotations

import asyncio
import signal
from functools import partial

from tests.faults.registry import NotFired, add, fault, proven
from tests.faults.rig import PROCESSES, Rig

from devkit.servers import process

AWAY = 3.0
# The leader's transaction may be idle for thirty seconds, after which PostgreSQL ends it.
BEYOND_LOCK = 45.0
SHORT = {"incidents.api", "incidents.worker", "notifications.worker", "gateway.api"}


async def kill(name: str, rig: Rig) -> str:
    victim = rig.stack.processes[name]
    rig.stack.kill(name)
    await asyncio.sleep(AWAY)
    rig.stack.launch(name)
    if victim.returncode != -signal.SIGKILL:
        raise NotFired(f"{name} ended with {victim.returncode}")
    return f"process {victim.pid} died of SIGKILL, {AWAY:g} s without it"


for each in PROCESSES:
    add(f"{each} killed", partial(kill, each), short=each in SHORT, doubles_mail=each == "notifications.worker")


@fault("two relays, the leader paused beyond its lock")
async def leader_paused(rig: Rig) -> str:
    name = "incidents.worker"
    leader = rig.stack.processes[name]
    rig.stack.launch(name)
    standby = rig.stack.processes[name]
    before = await _sent(rig)
    process.pause(leader)
    try:
        await asyncio.sleep(BEYOND_LOCK)
        sent = await _sent(rig) - before
    finally:
        leader.send_signal(signal.SIGCONT)
        rig.stack.processes[name] = leader
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(process.end, standby, [signal.SIGTERM])
    return proven(sent, "events sent by the standby while the leader stood still")


async def _sent(rig: Rig) -> int:
    return int((await rig.query("incidents", "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL"))[0][0])

"""Faults of RabbitMQ."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from tests.faults.registry import NotFired, fault, proven
from tests.faults.rig import Rig

from api.upstreams import SERVICES
from chassis.messaging.definitions import EVENTS_VHOST

AWAY, HANGS, BLOCKED = 5.0, 30.0, 40.0


@fault("broker killed", short=True)
async def killed(rig: Rig) -> str:
    await asyncio.to_thread(rig.rabbitmq.kill)
    await asyncio.sleep(AWAY)
    is_gone = not await _answers(rig)
    await rig.restart_broker()
    return proven(int(is_gone), f"kill, and no answer for {AWAY:g} s")


@fault("broker hangs", short=True)
async def hangs(rig: Rig) -> str:
    rig.rabbitmq.pause()
    try:
        await asyncio.sleep(HANGS)
        is_silent = not await _answers(rig)
    finally:
        rig.rabbitmq.resume()
    return proven(int(is_silent), f"stop of {HANGS:g} s, and no answer meanwhile")


@fault("broker out of memory", short=True)
async def memory_alarm(rig: Rig) -> str:
    return await _alarm(
        rig, "set_vm_memory_high_watermark absolute 1MB", "set_vm_memory_high_watermark 0.4", "mem_alarm"
    )


@fault("broker out of disk")
async def disk_alarm(rig: Rig) -> str:
    return await _alarm(rig, "set_disk_free_limit 9999GB", "set_disk_free_limit 50MB", "disk_free_alarm")


@fault("queue deleted", short=True)
async def queue_deleted(rig: Rig) -> str:
    """Its service declares it again; what was in it is sent again, as the operator's manual says."""
    path = f"queues/{quote(rig.stack.vhost(EVENTS_VHOST), safe='')}/incidents.covers"
    waiting = await asyncio.to_thread(rig.rabbitmq.management.call, "GET", path)
    await asyncio.to_thread(rig.rabbitmq.management.call, "DELETE", path)
    await _eventually(lambda: _is_there(rig, path))
    told = await _send_again(rig)
    return f"{waiting['name']} deleted; {told}"


@fault("broker restarted empty")
async def restarted_empty(rig: Rig) -> str:
    """All queues, users and messages are lost; the definitions are loaded, and the events of an hour sent again."""
    await asyncio.to_thread(rig.rabbitmq.kill)
    await asyncio.to_thread(shutil.rmtree, rig.rabbitmq.folder / "mnesia")
    rig.poison.clear()
    await rig.restart_broker()
    vhosts = await asyncio.to_thread(rig.rabbitmq.management.call, "GET", "vhosts")
    if len(vhosts) != 1:
        raise NotFired("the broker kept its vhosts")
    await asyncio.to_thread(rig.rabbitmq.management.load, rig.stack.at_the_broker())
    path = f"queues/{quote(rig.stack.vhost(EVENTS_VHOST), safe='')}/"
    for consumer in ("incidents.covers", "notifications.identity", "files.incidents", "identity.contracts"):
        await _eventually(lambda name=consumer: _is_there(rig, path + name))  # type: ignore[misc]  # bound in the loop
    return f"no vhost was left; {await _send_again(rig)}"


async def _send_again(rig: Rig) -> str:
    told = [(name, await rig.command(name, "resend", "--hours", "1")) for name in SERVICES]
    return "sent again: " + ", ".join(f"{name} {text.rpartition(':')[2].strip()}" for name, text in told)


async def _alarm(rig: Rig, begin: str, end: str, alarm: str) -> str:
    await asyncio.to_thread(rig.rabbitmq.control, *begin.split())
    try:
        await _eventually(lambda: _is_alarmed(rig, alarm))
        await asyncio.sleep(BLOCKED)
    finally:
        await asyncio.to_thread(rig.rabbitmq.control, *end.split())
    return f"{alarm} for {BLOCKED:g} s: publishers were blocked"


async def _is_alarmed(rig: Rig, alarm: str) -> bool:
    nodes = await asyncio.to_thread(rig.rabbitmq.management.call, "GET", "nodes")
    return any(node.get(alarm) for node in nodes)


async def _is_there(rig: Rig, path: str) -> bool:
    try:
        await asyncio.to_thread(rig.rabbitmq.management.call, "GET", path)
    except OSError:
        return False
    return True


async def _answers(rig: Rig) -> bool:
    return await asyncio.to_thread(rig.rabbitmq.management.answers)


async def _eventually(ask: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not await ask():
            await asyncio.sleep(0.5)

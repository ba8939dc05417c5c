"""What the consumer and the jobs do."""

from __future__ import annotations

import asyncio
import os
import time

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from chassis.retry_policy import NotYet
from sample.models import Effect, Switch
from sample.told import NoteWritten


class Broken(Exception):
    """The switch is there."""


class OnItsWay(NotYet):
    """The switch ``EXPECTED`` is there."""


EXPECTED = "expected"
# A note of this text makes its reader do what no handler may: hold up the loop, for so many seconds.
STANDSTILL = "standstill"
STANDS_STILL = 4.0


async def fail_while(session: AsyncSession, switch: str) -> None:
    if await session.get(Switch, switch):
        raise OnItsWay(switch) if switch == EXPECTED else Broken(switch)


async def read(session: AsyncSession, event: NoteWritten) -> None:
    await fail_while(session, event.text)
    if event.text == STANDSTILL:
        time.sleep(STANDS_STILL)  # noqa: ASYNC251
    session.add(Effect(who="sample.readers", what=f"{event.note}:{event.version}"))


async def stamp(session: AsyncSession, text: str, seconds: float = 0, kill: str = "", tell: bool = False) -> None:
    """Takes ``seconds``; fails while the switch ``text`` is there; with ``kill`` its process (child) or the one above
    it (parent) dies at the first run."""
    if tell:
        outbox.add(session, NoteWritten(version=1, note=text))
    if kill:
        await _die_once(session, kill)
    await fail_while(session, text)
    await asyncio.sleep(seconds)
    session.add(Effect(who="sample.stamp", what=text))


async def tick(session: AsyncSession) -> None:
    await fail_while(session, "tick")
    session.add(Effect(who="sample.tick", what="tick"))


async def _die_once(session: AsyncSession, victim: str) -> None:
    if await session.get(Switch, f"died {victim}"):
        return
    # In a transaction of its own: what the job itself has written dies with it.
    async with AsyncSession(session.bind) as lasting:
        lasting.add(Switch(name=f"died {victim}"))
        await lasting.commit()
    os.kill(os.getpid() if victim == "child" else os.getppid(), 9)
    await asyncio.sleep(60)

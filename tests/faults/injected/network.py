"""Faults of the network between two processes, by the proxy between them."""

from __future__ import annotations

import asyncio
from functools import partial

from tests.faults.registry import add, fault, proven
from tests.faults.rig import Rig

from api.upstreams import SERVICES

HALF_OPEN, CUT, SLOW = 60.0, 10.0, 10.0
# From one process to one server, and from an edge to all services at once.
WAYS = {
    **{f"{name} to postgres": [(name, "postgres")] for name in SERVICES},
    **{f"{name} to rabbitmq": [(name, "rabbitmq")] for name in SERVICES},
    "files to s3": [("files", "s3")],
    "notifications to smtp": [("notifications", "smtp")],
    "gateway to all services": [("gateway", name) for name in (*SERVICES, "portal")],
    "portal to all services": [("portal", name) for name in SERVICES],
}
SHORT = {"incidents to postgres"}


async def half_open(ways: list[tuple[str, str]], rig: Rig) -> str:
    """Both ends think that they are connected, and nothing arrives."""
    links = [rig.links[way] for way in ways]
    before = sum(link.touched for link in links)
    for link in links:
        link.hold()
    try:
        await asyncio.sleep(HALF_OPEN)
    finally:
        for link in links:
            link.release()
    return proven(sum(link.touched for link in links) - before, f"pieces and connections held in {HALF_OPEN:g} s")


for name, ways in WAYS.items():
    # What the mail server has taken is not heard of while the way to it, or to the database, is held.
    add(
        f"{name} half open",
        partial(half_open, ways),
        short=name in SHORT,
        doubles_mail=name == "notifications to smtp",
    )


@fault("answers of the gateway cut", short=True)
async def answers_cut(rig: Rig) -> str:
    """Each connection ends after so many bytes of answers: some clients do not hear that they were served."""
    link = rig.link("client", "gateway")
    before = link.touched
    link.cut_after = 20_000
    try:
        await asyncio.sleep(CUT)
    finally:
        link.restore()
    return proven(link.touched - before, "connections cut in the middle of answers")


@fault("database far away")
async def far_away(rig: Rig) -> str:
    """Thirty milliseconds more for each piece of data to and from PostgreSQL."""
    links = rig.links_to("postgres")
    before = sum(link.touched for link in links)
    for link in links:
        link.delay = 0.03
    try:
        await asyncio.sleep(SLOW)
    finally:
        for link in links:
            link.restore()
    return proven(sum(link.touched for link in links) - before, "pieces of data delayed")

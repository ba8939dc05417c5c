"""Seeds the embedded stack once; a marker in the data folder says that it is done."""

from __future__ import annotations

from uuid import uuid4

import aiohttp

import identity.demo
from chassis.job_registry import JobCall
from chassis.jobs.attempts import perform
from contracts.tasks import REMIND_MORE
from demonstration.seeding import Seeding
from devstack.mail_page import text_of
from devstack.stack import Stack

DONE = "seeded"


async def ensure(stack: Stack) -> None:
    marker = stack.settings.data / DONE
    if marker.exists():
        return

    async def mailed(recipient: str) -> list[str]:
        return [text_of(received.message) for received in stack.mail.messages if recipient in received.recipients]

    await identity.demo.prepare(stack.services["identity"])
    async with aiohttp.ClientSession() as http:
        await Seeding(http, stack.api, mailed).run()
    # The schedule looked before there were contracts, and looks again in an hour.
    await perform(stack.services["contracts"], JobCall(uuid4(), REMIND_MORE.name, {}))
    marker.touch()

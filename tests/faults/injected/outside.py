"""Faults of the object store and of the mail server."""

from __future__ import annotations

import asyncio

from tests.faults.registry import fault, proven
from tests.faults.rig import Rig

AWAY, SLOW, HANGS = 15.0, 15.0, 30.0
END_OF_MESSAGE = b"\r\n.\r\n"


@fault("object store killed", short=True)
async def store_killed(rig: Rig) -> str:
    link = rig.link("files", "s3")
    before = link.touched
    await asyncio.to_thread(rig.s3.kill)
    link.drop()
    try:
        await asyncio.sleep(AWAY)
    finally:
        await asyncio.to_thread(rig.s3.start)
        link.restore()
    return proven(link.touched - before, f"connections that found no store in {AWAY:g} s")


@fault("object store slow")
async def store_slow(rig: Rig) -> str:
    link = rig.link("files", "s3")
    before = link.touched
    link.delay = 2.0
    try:
        await asyncio.sleep(SLOW)
    finally:
        link.restore()
    return proven(link.touched - before, "pieces of data two seconds late")


@fault("mail server down", short=True)
async def mail_down(rig: Rig) -> str:
    link = rig.link("notifications", "smtp")
    before = link.touched
    link.drop()
    try:
        await asyncio.sleep(AWAY)
    finally:
        link.restore()
    return proven(link.touched - before, "connections refused")


@fault("mail server hangs")
async def mail_hangs(rig: Rig) -> str:
    """Before the greeting, so nothing is taken."""
    link = rig.link("notifications", "smtp")
    before = link.touched
    link.hold()
    try:
        await asyncio.sleep(HANGS)
    finally:
        link.drop()
        link.restore()
    return proven(link.touched - before, "connections without a greeting")


@fault("mail server refuses", short=True)
async def mail_refuses(rig: Rig) -> str:
    before = len(rig.mail.attempts)
    rig.mail.answers["RCPT"] = "451 4.7.1 try again later"
    try:
        await asyncio.sleep(AWAY)
    finally:
        rig.mail.answers.clear()
    return proven(len(rig.mail.attempts) - before, "recipients refused for now")


@fault("mail server's answer to DATA lost", short=True, doubles_mail=True)
async def mail_unheard(rig: Rig) -> str:
    link = rig.link("notifications", "smtp")
    before = link.touched
    link.loses_answer_to = END_OF_MESSAGE
    try:
        await asyncio.sleep(AWAY)
    finally:
        link.restore()
    return proven(link.touched - before, "messages taken whose answer was lost")

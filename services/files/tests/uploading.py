"""What an upload looks like on the wire, and what it left behind."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from sqlalchemy import select

from devkit.harness import RESELLER, Harness
from files.dependencies import Services
from files.models import StoredFile

MIB = 1024 * 1024
LIMIT = 20 * MIB
BOUNDARY = "frontier"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="journal.log"\r\n'
    "Content-Type: text/plain\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def resources(harness: Harness) -> Services:
    held: Services = harness.service.resources
    return held


async def rows(harness: Harness) -> list[StoredFile]:
    async with harness.service.database.transaction() as session:
        return list(await session.scalars(select(StoredFile)))


async def nothing_kept(harness: Harness) -> None:
    """No row stands for anything, and once the jobs have run there is neither row nor object."""
    keys = [row.object_key for row in await rows(harness)]
    assert {row.stage for row in await rows(harness)} <= {"erased"}
    await harness.run_jobs()
    assert await rows(harness) == []
    assert [key for key in keys if key and await resources(harness).storage.exists(key)] == []


def preamble(harness: Harness, *headers: str) -> bytes:
    token = harness.keys.token(RESELLER, harness.service.settings, now=time.time())
    lines = (
        "POST /api/v1/files HTTP/1.1",
        "Host: files.test",
        f"Authorization: Bearer {token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any], str]:
    async with asyncio.timeout(20):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        return int(head.split()[1]), json.loads(await reader.readexactly(length)), head.lower()

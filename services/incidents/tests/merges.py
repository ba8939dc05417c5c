"""Two incidents of one reseller and one client, and what SQP does with the two."""

from __future__ import annotations

from typing import Any

import httpx

from devkit.harness import SQP
from web.auth.principal import Principal


async def merge(desk: Any, number: str, target: str, by: Principal = SQP) -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).post(f"/desk/{number}/merge", json={"number": target})
    return answer


async def merged(desk: Any, number: str, target: str, by: Principal = SQP) -> None:
    answer = await merge(desk, number, target, by)
    assert answer.status_code == 204, answer.text


async def part(desk: Any, number: str, by: Principal = SQP) -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).delete(f"/desk/{number}/merge")
    return answer


async def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def read(desk: Any, number: str, thread: str, by: Principal) -> list[tuple[str, str | None]]:
    """What the thread says, oldest first, and where each was written if not here."""
    answer = await desk.as_(by).get(f"/incidents/{number}/messages", params={"thread": thread, "sort": "at"})
    assert answer.status_code == 200, answer.text
    return [(each["body"], each["merged_from"]) for each in answer.json()["items"]]


async def write(desk: Any, number: str, thread: str, by: Principal, body: str, **more: Any) -> httpx.Response:
    path = f"/incidents/{number}/messages?thread={thread}"
    answer: httpx.Response = await desk.as_(by).post(path, json={"body": body, **more})
    return answer


async def said(desk: Any, number: str, thread: str, by: Principal, body: str, **more: Any) -> None:
    answer = await write(desk, number, thread, by, body, **more)
    assert answer.status_code == 201, answer.text

"""What SQP's people ask of messages that wait ten seconds, and what there is to read of them."""

from __future__ import annotations

from typing import Any

import httpx

from devkit.harness import SQP, person
from web.auth.principal import Principal

ANNE = person("sqp", "SQP", name="Anne")
MARK = "OKAPI-4471"
SEND = "incidents.send_message"


async def hold(desk: Any, number: str, body: str = MARK, by: Principal = SQP, **more: Any) -> httpx.Response:
    headers = {"If-Match": more.pop("seen")} if "seen" in more else {}
    headers |= {"Idempotency-Key": more.pop("key")} if "key" in more else {}
    path = f"/incidents/{number}/messages?thread={more.pop('thread', 'sqp')}&undoable=true"
    answer: httpx.Response = await desk.as_(by, **headers).post(path, json={"body": body, **more})
    return answer


async def held(desk: Any, number: str, body: str = MARK, by: Principal = SQP, **more: Any) -> str:
    answer = await hold(desk, number, body, by, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def undo(desk: Any, number: str, message: str, by: Principal = SQP) -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).delete(f"/incidents/{number}/pending-messages/{message}")
    return answer


async def waiting(desk: Any, number: str, by: Principal = SQP) -> list[dict[str, Any]]:
    answer = await desk.as_(by).get(f"/incidents/{number}/pending-messages?thread=sqp")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def thread(desk: Any, number: str, by: Principal = SQP) -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).get(f"/incidents/{number}/messages?thread=sqp&sort=at")
    return answer


async def said(desk: Any, number: str, by: Principal = SQP) -> list[str]:
    return [each["body"] for each in (await thread(desk, number, by)).json()["items"]]


async def draft(desk: Any, number: str, by: Principal = SQP) -> Any:
    answer = await desk.as_(by).get(f"/incidents/{number}/draft?thread=sqp")
    return answer.json()["content"] if answer.status_code == 200 else None

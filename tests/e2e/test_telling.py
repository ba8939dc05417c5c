"""Step 6: each is told as the table says, by feed, stream and e-mail; never the author, nobody twice."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest

from demonstration.caller import Caller, eventually
from devstack.testing.world import World, declared

pytestmark = pytest.mark.e2e


async def feed_about(who: Caller, number: str) -> list[dict[str, Any]]:
    page = await who.get("/notifications", limit=200)
    return [item for item in page["items"] if number in item["title"]]


async def told(who: Caller, number: str, wanted: str) -> dict[str, Any]:
    async def find() -> dict[str, Any] | None:
        return next((item for item in await feed_about(who, number) if wanted in item["title"]), None)

    return await eventually(find, what=f"{wanted} of {number}")


async def test_a_new_status_reads_as_in_the_guide_and_its_author_hears_nothing(world: World) -> None:
    number = await declared(world)
    for status in ("in_diagnosis", "resolved"):
        version = (await world.support.get(f"/incidents/{number}"))["version"]
        await world.support.post(f"/incidents/{number}/status", {"status": status}, if_match=f'"{version}"')
    for who in (world.reseller, world.client):
        await eventually(partial(_resolved, who, number), what="the resolution")
    assert not [item for item in await feed_about(world.support, number) if "statut" in item["title"].lower()]


async def _resolved(who: Caller, number: str) -> dict[str, Any] | None:
    wanted = (f"[Nouveau statut] Incident n. {number}", "Cet incident a été résolu.")
    return next((i for i in await feed_about(who, number) if (i["title"], i["body"]) == wanted), None)


async def test_a_message_is_told_to_the_other_side_of_its_thread_alone_and_once(world: World) -> None:
    number = await declared(world)
    await told(world.client, number, "Incident n.")
    before = {name: len(await feed_about(who, number)) for name, who in _everyone(world).items()}
    await world.reseller.post(f"/incidents/{number}/messages?thread=client", {"body": "Bonjour.", "file_ids": []})

    async def heard() -> bool | None:
        return len(await feed_about(world.client, number)) > before["client"] or None

    await eventually(heard, what="the message")
    # A second, later fact has arrived everywhere: whatever the first one wrongly told would be there too.
    version = (await world.support.get(f"/incidents/{number}"))["version"]
    await world.support.post(f"/incidents/{number}/status", {"status": "in_diagnosis"}, if_match=f'"{version}"')
    await told(world.client, number, "[Nouveau statut]")
    await told(world.reseller, number, "[Nouveau statut]")
    after = {name: len(await feed_about(who, number)) for name, who in _everyone(world).items()}
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"reseller": 1, "client": 2, "support": 0, "other": 0}


def _everyone(world: World) -> dict[str, Caller]:
    return {"reseller": world.reseller, "client": world.client, "support": world.support, "other": world.other}


async def test_reading_lowers_the_unread_count(world: World) -> None:
    number = await declared(world)
    item = await told(world.client, number, "Incident n.")
    before = (await world.client.get("/notifications"))["unread_count"]
    await world.client.post("/notifications/read", {"ids": [item["id"]]})
    assert (await world.client.get("/notifications"))["unread_count"] == before - 1


async def test_the_declaration_is_mailed_in_french(world: World) -> None:
    number = await declared(world)

    async def mailed() -> str | None:
        messages = await world.stack.mailed(world.address("client"))
        return next((text for subject, text in messages if number in subject), None)

    assert f"/incidents/{number}" in await eventually(mailed, what="the e-mail")


async def test_the_stream_carries_notifications_and_hints_live(world: World) -> None:
    number = await declared(world)
    await told(world.client, number, "Incident n.")
    seen: list[tuple[str, dict[str, Any]]] = []
    listening = asyncio.create_task(_listen(world, world.client, seen))
    try:
        await eventually(lambda: _as_answer(bool(seen)), what="the stream to open")
        await world.reseller.post(f"/incidents/{number}/messages?thread=client", {"body": "En direct.", "file_ids": []})
        await world.reseller.post(f"/incidents/{number}/messages?thread=sqp", {"body": "Entre nous.", "file_ids": []})
        await eventually(lambda: _as_answer(_heard(seen, number)), what="hint and notification")
        version = (await world.support.get(f"/incidents/{number}"))["version"]
        await world.support.post(f"/incidents/{number}/status", {"status": "in_diagnosis"}, if_match=f'"{version}"')
        await eventually(lambda: _as_answer(_hints(seen, number, "status")), what="the later hint")
        assert not [data for event, data in seen if event == "incident.changed" and data.get("thread") == "sqp"]
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _as_answer(condition: object) -> bool | None:
    return bool(condition) or None


def _hints(seen: list[tuple[str, dict[str, Any]]], number: str, what: str) -> list[dict[str, Any]]:
    hints = [data for event, data in seen if event == "incident.changed"]
    return [hint for hint in hints if hint["number"] == number and hint["what"] == what]


def _heard(seen: list[tuple[str, dict[str, Any]]], number: str) -> bool:
    notified = [data for event, data in seen if event == "notification" and number in data["title"]]
    return bool(notified and _hints(seen, number, "message"))


async def _listen(world: World, who: Caller, seen: list[tuple[str, dict[str, Any]]]) -> None:
    """Appends every event of the stream; the first entry says that it is open."""
    url = f"{world.stack.url}/api/v1/notifications/stream"
    async with world.http.get(url, headers=await who._authorization()) as answer:
        assert answer.status == 200, await answer.text()
        seen.append(("open", {}))
        event = ""
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                seen.append((event, json.loads(line.removeprefix("data:"))))

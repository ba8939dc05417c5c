"""The send guard: a message that was written before the thread moved is stopped once, and nothing of it is kept."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devkit.harness import CLIENT, RESELLER, SQP, person
from events.incidents import FilesAttached, MessagePosted
from web.auth.principal import Principal

ANNE = person("sqp", "SQP", name="Anne")
BASILE = person("sqp", "SQP", name="Basile")


async def thread(desk: Any, number: str, by: Principal = SQP, name: str = "sqp") -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).get(f"/incidents/{number}/messages?thread={name}")
    assert answer.status_code == 200, answer.text
    return answer


async def seen(desk: Any, number: str, by: Principal = SQP, name: str = "sqp") -> str:
    return str((await thread(desk, number, by, name)).headers["etag"])


async def said(desk: Any, number: str, by: Principal = SQP, name: str = "sqp") -> list[str]:
    return [each["body"] for each in (await thread(desk, number, by, name)).json()["items"]][::-1]


async def send(
    desk: Any, number: str, tag: str, body: str = "Réponse", by: Principal = SQP, name: str = "sqp", **more: Any
) -> httpx.Response:
    headers = {"If-Match": tag, **more.pop("headers", {})}
    answer: httpx.Response = await desk.as_(by, **headers).post(
        f"/incidents/{number}/messages?thread={name}", json={"body": body, **more}
    )
    return answer


@pytest.mark.parametrize("first", ["", "Bonjour"], ids=["empty thread", "begun thread"])
@pytest.mark.parametrize(
    ("by", "other", "name"),
    [(SQP, RESELLER, "sqp"), (SQP, ANNE, "sqp"), (RESELLER, SQP, "sqp"), (CLIENT, RESELLER, "client")],
    ids=["reseller wrote", "colleague answered", "SQP wrote", "reseller wrote to client"],
)
async def test_a_message_stops_once_when_another_wrote_meanwhile_and_goes_when_that_was_read(
    open_desk: Any, by: Principal, other: Principal, name: str, first: str
) -> None:
    number = await open_desk.declare()
    if first:
        await open_desk.post(number, name, other, first)
    tag = await seen(open_desk, number, by, name)
    await open_desk.post(number, name, other, "Entre-temps")
    stopped = await send(open_desk, number, tag, by=by, name=name)
    assert (stopped.status_code, stopped.json()["code"]) == (412, "thread_moved")
    assert stopped.json()["writers"] == [other.name]
    assert f"Entre-temps, {other.name} a écrit." in stopped.json()["title"]
    assert "Réponse" not in await said(open_desk, number, by, name)
    tag = await seen(open_desk, number, by, name)
    assert (await send(open_desk, number, tag, by=by, name=name)).status_code == 201
    assert (await said(open_desk, number, by, name))[-2:] == ["Entre-temps", "Réponse"]


async def test_a_stopped_message_leaves_nothing_behind(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = await seen(open_desk, number)
    await open_desk.post(number, "sqp", ANNE)
    told, version = len(await open_desk.harness.told(MessagePosted)), await open_desk.incident(number)
    assert (await send(open_desk, number, tag, file_ids=[str(uuid4())])).status_code == 412
    assert len(await open_desk.harness.told(MessagePosted)) == told
    assert await open_desk.harness.told(FilesAttached) == []
    assert await open_desk.incident(number) == version


async def test_a_message_stops_when_another_moved_the_incident(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = await seen(open_desk, number)
    await open_desk.move(number, "in_diagnosis", "pending", by=ANNE)
    stopped = await send(open_desk, number, tag)
    told = stopped.json()
    assert (stopped.status_code, told["status"], told["moved_to"], told["writers"]) == (412, 412, "pending", [])
    assert "l’incident est passé à « En attente »" in stopped.json()["title"]
    english = await send(open_desk, number, tag, headers={"Accept-Language": "en"})
    assert "Meanwhile the incident moved on to “On hold”." in english.json()["title"]
    assert (await send(open_desk, number, await seen(open_desk, number))).status_code == 201


async def test_what_one_did_oneself_stops_nothing(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = await seen(open_desk, number)
    await open_desk.move(number, "in_diagnosis")
    assert (await send(open_desk, number, tag, "Un")).status_code == 201
    assert (await send(open_desk, number, tag, "Deux")).status_code == 201
    assert await said(open_desk, number) == ["Un", "Deux"]


@pytest.mark.parametrize("name", ["client", "internal"])
async def test_another_thread_neither_stops_nor_shows_in_the_tag(open_desk: Any, name: str) -> None:
    number = await open_desk.declare()
    writer, reader = (CLIENT, SQP) if name == "client" else (SQP, RESELLER)
    tag = await seen(open_desk, number, reader)
    await open_desk.post(number, name, writer, "Ailleurs")
    assert await seen(open_desk, number, reader) == tag
    assert (await send(open_desk, number, tag, by=reader)).status_code == 201


async def test_two_agents_who_answer_at_once_get_one_answer_and_one_stop(open_desk: Any) -> None:
    for _ in range(5):
        number = await open_desk.declare()
        await open_desk.post(number, "sqp", RESELLER, "Des nouvelles ?")
        tag = await seen(open_desk, number)
        answers = await asyncio.gather(*(send(open_desk, number, tag, who.name, who) for who in (ANNE, BASILE)))
        assert sorted(each.status_code for each in answers) == [201, 412]
        [sent] = [who for who, each in zip((ANNE, BASILE), answers, strict=True) if each.status_code == 201]
        assert await said(open_desk, number) == ["Des nouvelles ?", sent.name]
        [stopped] = [each for each in answers if each.status_code == 412]
        assert stopped.json()["writers"] == [sent.name]


async def test_a_repeat_under_its_key_gets_its_answer_whatever_came_since(open_desk: Any) -> None:
    number = await open_desk.declare()
    key = {"Idempotency-Key": "guarded-1"}
    tag = await seen(open_desk, number)
    first = await send(open_desk, number, tag, headers=key)
    await open_desk.post(number, "sqp", RESELLER, "Merci")
    again = await send(open_desk, number, await seen(open_desk, number), headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    assert await said(open_desk, number) == ["Réponse", "Merci"]


async def test_a_stopped_message_may_be_sent_again_under_the_same_key(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = await seen(open_desk, number)
    await open_desk.post(number, "sqp", RESELLER)
    for expected in (412, 201, 201):
        sent = await send(open_desk, number, tag, headers={"Idempotency-Key": "guarded-2"})
        assert sent.status_code == expected
        tag = await seen(open_desk, number)
    assert await said(open_desk, number) == ["Bonjour", "Réponse"]


@pytest.mark.parametrize(
    "tag", ["zzz", '"zzz"', '"1"', '"0123456789abcdef0123456789abcdef-1"', '"none-99999999999999999999"']
)
async def test_a_tag_that_says_nothing_counts_as_nothing_read(open_desk: Any, tag: str) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER)
    assert (await send(open_desk, number, tag)).status_code == 412


async def test_any_tag_and_none_at_all_send_without_a_guard(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER)
    assert (await send(open_desk, number, "*")).status_code == 201
    assert (await open_desk.post(number, "sqp", SQP)).status_code == 201


async def test_the_refusal_tells_an_outsider_nothing(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER)
    refused = await send(open_desk, number, '"none-0"', by=CLIENT)
    assert (refused.status_code, refused.json()["code"]) == (404, "thread_not_found")
    assert "writers" not in refused.json()


async def test_a_finished_incident_is_refused_as_finished(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = await seen(open_desk, number)
    await open_desk.move(number, "cancelled", by=RESELLER)
    assert (await send(open_desk, number, tag)).json()["code"] == "incident_over"

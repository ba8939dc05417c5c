"""A note of SQP with a file and a mention: SQP's people have it, and nothing that others can fetch says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from tests.e2e.test_telling import _listen, feed_about, told
from tests.hostile.portal import Browser, filled, text_of

from demonstration import seeding
from demonstration.caller import Caller, Refused, eventually
from devstack.testing import world as worlds
from devstack.testing.world import World, declared
from portal.bootstrap import BLUEPRINTS

pytestmark = pytest.mark.e2e

FORMATS = ("application/json", "text/csv")
# It never ends; test_telling.py reads it.
STREAM = "/api/v1/notifications/stream"


@pytest.fixture(scope="module")
async def agent(world: World) -> Caller:
    return await worlds.colleague_of_support(world)


class Note:
    """A note as it was written, and the words that nobody outside SQP may read."""

    def __init__(self, world: World, number: str) -> None:
        self.world, self.number = world, number
        self.text, self.name, self.content = (f"{word}{uuid4().hex[:8]}" for word in ("quagga", "okapi", "tapir"))
        self.id = self.file_id = ""

    async def write(self) -> None:
        support = self.world.support
        file = await support.upload(f"{self.name}.txt", self.content.encode(), "text/plain", key=self.name)
        self.file_id = file["id"]
        body = {"body": f"{self.text} @agent-{self.world.mark.lower()}", "file_ids": [self.file_id]}
        self.id = (await support.post(f"/incidents/{self.number}/messages?thread=internal", body))["id"]

    def told_by(self, answer: str, path: str, is_refused: bool) -> list[str]:
        """Which of its words the answer holds. A refusal names what was asked for, and so does the record of refusals:
        there the ids may stand that this test asked with."""
        words = [self.text, self.name, self.content, "Notes internes", "Agathe"]
        if not is_refused and "audit" not in path and "journal" not in path:
            words += [self.id, self.file_id]
        return [word for word in words if word in answer]


@pytest.fixture
async def note(world: World, agent: Caller) -> Note:
    """Once its file is bound and scanned and its mention told."""
    number = await declared(world)
    written = Note(world, number)

    async def is_known() -> bool | None:
        try:
            await world.support.post(
                f"/incidents/{number}/messages?thread=internal", {"body": f"@agent-{world.mark.lower()}"}
            )
        except Refused as refused:
            if refused.problem["code"] != "unknown_mention":
                raise
            return None
        return True

    await eventually(is_known, what="the colleague in the incidents service")
    await written.write()

    async def is_whole() -> bool | None:
        items = (await agent.get(f"/incidents/{number}/messages", thread="internal"))["items"]
        return all(file["scan"] == "clean" for file in items[0]["attachments"]) or None

    await eventually(is_whole, what="the file of the note")
    await told(agent, number, "[Note interne]")
    return written


async def test_sqps_people_have_the_note_its_file_and_a_mail_without_its_text(
    world: World, agent: Caller, note: Note
) -> None:
    for part, word in (("message", note.text), ("file", note.name)):
        found = (await agent.get("/incidents/texts", q=word[:-2], part=part))["items"]
        assert note.number in [hit["incident_number"] for hit in found]
    [message, *_] = (await agent.get(f"/incidents/{note.number}/messages", thread="internal"))["items"]
    assert note.text in message["body"]
    assert [each["name"] for each in message["mentions"]] == [f"Agathe Agent {world.mark}"]
    assert [each["name"] for each in message["attachments"]] == [f"{note.name}.txt"]
    url = f"{world.stack.url}/api/v1/files/{note.file_id}/content"
    async with world.http.get(url, headers=await agent._authorization()) as answer:
        assert (await answer.text()) == note.content

    async def mailed() -> str | None:
        found = [
            text
            for subject, text in await world.stack.mailed(world.address("agent"))
            if "[Note interne]" in subject and note.number in subject
        ]
        return found[0] if found else None

    mail = await eventually(mailed, what="the mail of the mention")
    assert f"/incidents/{note.number}?onglet=notes" in mail
    assert not [word for word in (note.text, note.name, note.content) if word in mail]


async def test_nothing_of_the_api_says_to_others_that_there_is_a_note(world: World, note: Note) -> None:
    async with world.http.get(f"{world.stack.url}/openapi.json") as answer:
        document = await answer.json()
    paths = [path for path, methods in document["paths"].items() if "get" in methods and path != STREAM]
    assert len(paths) > 30
    places = {"number": note.number, "file_id": note.file_id, "line": "1", "identifier": note.id}
    asked = [filled(path, places) for path in paths] + [
        f"/api/v1/incidents/{note.number}/messages?thread={thread}" for thread in ("client", "sqp", "internal")
    ]
    asked += [f"/api/v1/{name}?q={note.text[:-2]}" for name in ("incidents", "contracts", "exchanges")]
    asked += [f"/api/v1/incidents/texts?q={note.text[:-2]}", f"/api/v1/incidents/texts?q={note.name[:-2]}&part=file"]
    for name, who in outsiders(world).items():
        headers = await who._authorization()
        for path in asked:
            for wanted in FORMATS:
                async with world.http.get(f"{world.stack.url}{path}", headers=headers | {"Accept": wanted}) as answer:
                    said = (await answer.read()).decode(errors="replace")
                assert note.told_by(said, path, answer.status >= 400) == [], (name, path)
                assert answer.status >= 400 or '"internal"' not in said, (name, path)


def outsiders(world: World) -> dict[str, Caller]:
    return {
        "reseller": world.reseller,
        "basic": world.basic,
        "client": world.client,
        "other": world.other,
        "office": world.office,
    }


async def test_no_page_paper_or_list_of_others_says_that_there_is_a_note(world: World, note: Note) -> None:
    for name in ("reseller", "basic", "client"):
        said = await asyncio.to_thread(lambda login: list(pages(world, note, login)), f"{name}-{world.mark.lower()}")
        assert len([path for path, status, _ in said if status == 200]) > 15, name
        for path, status, text in said:
            assert status < 500, (name, path)
            assert note.told_by(text, path, status >= 400) == [], (name, path)
    # The same search finds what is there to be found: by the person whose note it is.
    shown = await asyncio.to_thread(
        lambda: list(pages(world, note, "sqp_support", seeding.PASSWORD, (f"/incidents/{note.number}?onglet=notes",)))
    )
    assert note.text in shown[0][2]
    assert f"{note.name}.txt" in shown[0][2]
    paper = await asyncio.to_thread(
        lambda: list(pages(world, note, "sqp_support", seeding.PASSWORD, (f"/incidents/{note.number}/pdf",)))
    )
    assert note.number in paper[0][2]
    assert note.told_by(paper[0][2], "", is_refused=False) == []


def pages(
    world: World, note: Note, login: str, password: str = worlds.PASSWORD, paths: tuple[str, ...] = ()
) -> Iterator[tuple[str, int, str]]:
    """Address, status and text of everything that the portal has for this person."""
    browser = Browser(world.stack.url, login, password)
    with browser.http:
        assert browser.log_in()
        for path in paths or tuple(addresses(world, note)):
            answer = browser.send("GET", path)
            yield path, answer.status_code, text_of(answer.headers.get("content-type", ""), answer.content)


def addresses(world: World, note: Note) -> Iterator[str]:
    places = {"file_id": note.file_id, "id": note.id, "line": "1", "thread": "internal"}
    for number in (note.number, world.contract):
        for path in sorted({e.path for each in BLUEPRINTS for e in each.entries if "GET" in e.methods}):
            if not path.startswith("/deconnexion"):
                yield filled(path, {**places, "number": number})
    for tab in ("declaration", "messagerie", "messagerie-sqp", "notes", "client", "contrat", "echange"):
        yield f"/incidents/{note.number}?onglet={tab}"
    yield from (f"/incidents/{note.number}/messages/{thread}" for thread in ("client", "sqp", "internal"))
    yield from (
        f"/recherche?q={note.text[:-2]}",
        *(f"/recherche?q={note.text[:-2]}&dans={part}" for part in ("messages", "fichiers")),
        f"/incidents?q={note.text[:-2]}",
        "/notifications",
        "/fichiers/" + note.file_id,
    )


async def test_no_notice_or_open_page_of_others_hears_of_a_note(world: World, agent: Caller) -> None:
    number = await declared(world)
    note = Note(world, number)
    await told(world.client, number, "Incident n.")
    people = {name: who for name, who in outsiders(world).items() if name != "office"}
    before = {name: len(await feed_about(who, number)) for name, who in people.items()}
    version = (await world.reseller.get(f"/incidents/{number}"))["version"]
    async with streams(world, number) as heard:
        await note.write()
        await told(agent, number, "[Note interne]")
        # A later fact has arrived everywhere: what the note wrongly told would be there, too.
        moved = {"status": "in_diagnosis"}
        await world.support.post(f"/incidents/{number}/status", moved, if_match=f'"{version}"')
        for who in (world.reseller, world.basic, world.client):
            await told(who, number, "[Nouveau statut]")
    after = {name: len(await feed_about(who, number)) for name, who in people.items()}
    assert {name: after[name] - before[name] for name in after} == {"reseller": 1, "basic": 1, "client": 1, "other": 0}
    for name, items in heard.items():
        hints = [data["what"] for event, data in items if event == "incident.changed" and data["number"] == number]
        assert set(hints) == {"status"}, name
        assert note.told_by(str(items), "", is_refused=False) == [], name


async def test_no_mail_of_others_is_about_a_note(world: World, note: Note) -> None:
    for name in ("reseller", "basic", "client", "other"):
        for subject, text in await world.stack.mailed(world.address(name)):
            assert "interne" not in subject, name
            assert note.told_by(text, "", is_refused=False) == [], name


@asynccontextmanager
async def streams(world: World, number: str) -> AsyncIterator[dict[str, list[tuple[str, dict[str, Any]]]]]:
    """What the open pages of reseller and client are sent, until the later change of status has reached them."""
    heard: dict[str, list[tuple[str, dict[str, Any]]]] = {"reseller": [], "client": []}
    listening = [asyncio.create_task(_listen(world, outsiders(world)[name], items)) for name, items in heard.items()]

    async def are_open() -> bool | None:
        return all(heard.values()) or None

    async def have_heard() -> bool | None:
        return all(any(data.get("what") == "status" for _, data in items) for items in heard.values()) or None

    try:
        await eventually(are_open, what="the streams to open")
        yield heard
        await eventually(have_heard, what="the later change")
    finally:
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)

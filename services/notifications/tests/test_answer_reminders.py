"""SQP reminds of an answer: who is to give it, and may, is told, once of all that is theirs; the other side is not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from services.notifications.tests.facts import incident
from services.notifications.tests.people import actor

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP
from events.desk import AnswerReminded, AnswersReminded, RemindedIncident
from notifications.labels import render


def reminded(awaited: Any, asked: str = "La facture ?", **more: Any) -> AnswerReminded:
    return AnswerReminded(**incident(SQP, status="pending", **more), awaited=awaited, asked=asked)


def row(number: str, awaited: Any = "reseller", of: Any = RESELLER, client: Any = CLIENT, asked: str = "") -> Any:
    client_id = client.organisation_id if client else None
    values = {"number": number, "title": f"Panne {number}", "awaited": awaited, "asked": asked}
    return RemindedIncident(**values, reseller_id=of.organisation_id, client_id=client_id)


def many(*incidents: RemindedIncident) -> AnswersReminded:
    at = "2020-12-23T17:27:00Z"
    return AnswersReminded(version=1, job_id=uuid4(), incidents=list(incidents), actor=actor(SQP), at=at)


def text_of(message: Any) -> str:
    written: str = message.get_body(("plain",)).get_content()
    return written.replace("\r\n", "\n").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("awaited", "who", "pane"), [("reseller", RESELLER, "messagerie-sqp"), ("client", CLIENT, "messagerie")]
)
async def test_the_administrators_of_the_awaited_side_alone_are_told(
    world: Any, awaited: str, who: Any, pane: str
) -> None:
    await world.tell(reminded(awaited))
    assert await world.told() == {awaited: ["[Rappel] Incident n. 20122301"]}
    line = (await world.feed(who))["items"][0]
    assert (line["body"], line["subject"]["path"]) == (
        "SQP attend toujours votre réponse. «\u00a0La facture ?\u00a0»",
        f"/incidents/20122301?onglet={pane}#composer",
    )
    await world.harness.run_jobs()
    (mail,) = world.mail.messages
    assert mail.message["To"].addresses[0].username == awaited
    written = text_of(mail.message)
    assert "La facture ?" in written
    assert f"Répondre :\nhttps://portail.test/incidents/20122301?onglet={pane}#composer" in written


async def test_a_reminder_shows_nothing_new_to_open_pages(world: Any) -> None:
    await world.tell(reminded("client"))
    items = await world.rows("SELECT event FROM stream_items")
    assert [each["event"] for each in items] == ["notification"]


async def test_no_client_is_there_to_be_reminded(world: Any) -> None:
    await world.tell(reminded("client", client_id=None))
    assert await world.told() == {}


async def test_a_person_is_told_once_of_all_that_a_job_reminds_of(world: Any) -> None:
    await world.tell(
        many(
            row("20122301", asked="La facture ?"),
            row("20122302", "client", asked="Le voyant est-il rouge ?"),
            row("20122303", client=None),
            row("20122304", of=OTHER_RESELLER, client=None),
        )
    )
    assert await world.told() == {
        "reseller": ["[Rappel] 2 incidents"],
        "client": ["[Rappel] Incident n. 20122302"],
        "other_reseller": ["[Rappel] Incident n. 20122304"],
    }
    line = (await world.feed(RESELLER))["items"][0]
    assert (line["body"], line["subject"]["path"]) == (
        "SQP attend votre réponse sur 2 incidents.",
        "/incidents?numbers=20122301,20122303",
    )
    await world.harness.run_jobs()
    mails = {each.message["To"].addresses[0].username: each.message for each in world.mail.messages}
    assert len(mails) == len(world.mail.messages) == 3
    written = text_of(mails["reseller"])
    assert "- 20122301 · Panne 20122301 : « La facture ? »" in written
    assert "- 20122303 · Panne 20122303\n" in written
    assert "Voir les incidents :\nhttps://portail.test/incidents?numbers=20122301,20122303" in written
    answering = (
        "Répondre sur l’incident n° 20122303 :\nhttps://portail.test/incidents/20122303?onglet=messagerie-sqp#composer"
    )
    assert answering in written
    for foreign in ("20122302", "20122304", "rouge"):
        assert foreign not in written
    assert "La facture" not in text_of(mails["client"])


async def test_an_event_that_comes_twice_tells_once(world: Any) -> None:
    event, identifier = many(row("20122301"), row("20122302")), uuid4()
    for _ in range(2):
        await world.tell(event, event_id=identifier)
    await world.harness.run_jobs()
    assert len((await world.feed(RESELLER))["items"]) == len(world.mail.messages) == 1


def test_english_readers_read_english() -> None:
    facts: dict[str, Any] = {"number": "20122301", "title": "Panne", "actor": "Anne", "count": 1, "note": "Invoice?"}
    words = render("answer_reminded", facts, "en")
    assert (words.title, words.line, words.button) == (
        "[Reminder] Incident no. 20122301",
        "SQP is still waiting for your answer. “Invoice?”",
        "Reply",
    )
    listed = [{"number": str(each), "title": "Panne", "asked": "Invoice?", "path": "/"} for each in range(30)]
    words = render("answer_reminded", facts | {"count": 30, "incidents": listed}, "en")
    assert words.title == "[Reminder] 30 incidents"
    assert words.groups[0][1][0] == "0 · Panne: “Invoice?”"
    assert (len(words.groups[0][1]), len(words.links)) == (30, 20)

"""Reading an incident reads its notices; bursts are one line; what may be missed can be kept out of the feed."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, SQP

NUMBER = "20122301"
READ = "/api/v1/notifications/read"
UNREAD = "/api/v1/notifications/unread"


async def read(world: Any, who: Any, number: str, *threads: str) -> dict[str, Any]:
    async with world.harness.client(who) as http:
        answer = await http.post(READ, json={"subject": {"type": "incident", "id": number, "threads": list(threads)}})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def unread(world: Any, who: Any, **params: Any) -> list[dict[str, Any]]:
    async with world.harness.client(who) as http:
        answer = await http.get(UNREAD, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def about_two_incidents(world: Any) -> None:
    await world.tell(
        world.facts.status("in_diagnosis"),
        world.facts.message("client", CLIENT),
        world.facts.message("sqp", SQP),
        world.facts.status("resolved", number="20122302"),
    )


@pytest.mark.parametrize(("threads", "left"), [((), 3), (("client",), 2), (("sqp",), 2), (("client", "sqp"), 1)])
async def test_reading_an_incident_reads_what_is_before_the_eyes(
    world: Any, threads: tuple[str, ...], left: int
) -> None:
    await about_two_incidents(world)
    assert await read(world, RESELLER, NUMBER, *threads) == {"marked": 4 - left, "unread_count": left}
    assert await read(world, RESELLER, NUMBER, *threads) == {"marked": 0, "unread_count": left}
    assert (await world.feed(CLIENT))["unread_count"] == 2


async def test_the_other_tabs_hear_of_it_once(world: Any) -> None:
    await about_two_incidents(world)
    await read(world, RESELLER, NUMBER, "client", "sqp")
    await read(world, RESELLER, NUMBER, "client", "sqp")
    items = await world.rows("SELECT * FROM stream_items WHERE event = 'notifications.read'")
    assert [item["audience"] for item in items] == [[f"user:{RESELLER.user_id}"]]


async def test_the_marks_are_by_incident_and_thread_and_person(world: Any) -> None:
    await about_two_incidents(world)
    marks = {mark["id"]: (mark["threads"], mark["count"]) for mark in await unread(world, RESELLER)}
    assert marks == {NUMBER: (["client", "sqp"], 3), "20122302": ([], 1)}
    assert [mark["id"] for mark in await unread(world, RESELLER, id=["20122302", "20122399"])] == ["20122302"]
    await read(world, RESELLER, NUMBER, "sqp")
    assert [mark["threads"] for mark in await unread(world, RESELLER, id=NUMBER)] == [["client"]]
    assert await unread(world, SQP) == []


@pytest.mark.parametrize(
    "body", [{}, {"all": True, "subject": {"type": "incident", "id": "1"}}, {"subject": {"id": "1"}}]
)
async def test_what_is_to_be_read_is_said_in_one_way(world: Any, body: dict[str, Any]) -> None:
    async with world.harness.client(RESELLER) as http:
        assert (await http.post(READ, json=body)).status_code == 422


async def test_an_import_is_one_line_with_a_count_and_one_email(world: Any) -> None:
    async with world.harness.client(RESELLER) as http:
        await http.put("/api/v1/notifications/preferences", json={"email": {"contract_registered": True}})
    await world.tell(*(world.facts.registered(number=str(number)) for number in range(40)))
    page = await world.feed(RESELLER)
    assert (page["total"], page["unread_count"]) == (1, 1)
    [line] = page["items"]
    assert (line["title"], line["subject"]["path"]) == ("[Nouveaux contrats] 40 contrats", "/contrats")
    await world.harness.run_jobs()
    assert [each.subject for each in world.mail.messages] == ["[Nouveaux contrats] 40 contrats"]


async def test_a_burst_of_sign_ups_is_one_line_and_one_email(world: Any) -> None:
    """Strangers of many networks could send a reseller hundreds of messages."""
    await world.tell(*(world.facts.sign_up(email=f"{n}@client.test") for n in range(30)))
    [line] = (await world.feed(RESELLER))["items"]
    assert (line["title"], line["subject"]["path"]) == ("[Demandes d’accès] 30 demandes", "/clients#demandes")
    assert "0@client.test pour Client Test (contrat n°\xa029962)" in line["body"]
    await world.harness.run_jobs()
    [message] = world.mail.messages
    assert message.subject == "[Demandes d’accès] 30 demandes"


async def test_an_import_in_parallel_is_one_line(world: Any) -> None:
    events = [world.facts.registered(number=str(number)) for number in range(8)]
    await asyncio.gather(*(world.harness.deliver(event, event_id=uuid4()) for event in events))
    assert [line["title"] for line in (await world.feed(RESELLER))["items"]] == ["[Nouveaux contrats] 8 contrats"]


async def test_what_was_read_and_what_is_of_another_kind_is_counted_anew(world: Any) -> None:
    await world.tell(world.facts.registered(number="1"), world.facts.registered(number="2"))
    async with world.harness.client(RESELLER) as http:
        await http.post(READ, json={"all": True})
    await world.tell(
        world.facts.registered(number="3"),
        world.facts.expiring(30, number="4"),
        world.facts.expiring(7, number="5"),
        world.facts.expiring(30, number="6"),
    )
    titles = sorted(line["title"] for line in (await world.feed(RESELLER))["items"])
    assert titles == [
        "[Fin de garantie] 2 contrats",
        "[Fin de garantie] Contrat n°\xa05",
        "[Nouveau contrat] Contrat n°\xa03",
        "[Nouveaux contrats] 2 contrats",
    ]


async def test_what_may_be_missed_is_kept_out_of_the_feed_and_nothing_else_is(world: Any) -> None:
    async with world.harness.client(RESELLER) as http:
        known = (await http.get("/api/v1/notifications/preferences")).json()
        assert set(known["app"]) == {"files_attached", "contract_registered", "contract_extended", "contract_expiring"}
        off = {"email": {"contract_expiring": True}, "app": dict.fromkeys(known["app"], False)}
        assert (await http.put("/api/v1/notifications/preferences", json=off)).json()["app"] == off["app"]
        essential = {"email": {}, "app": {"message_posted": False}}
        assert (await http.put("/api/v1/notifications/preferences", json=essential)).status_code == 422
    await world.tell(world.facts.registered(), world.facts.expiring(), world.facts.message("client", CLIENT))
    assert [line["kind"] for line in (await world.feed(RESELLER))["items"]] == ["message_posted"]
    mine = [row["kind"] for row in await world.emails() if row["user_id"] == RESELLER.user_id]
    assert sorted(mine) == ["contract_expiring", "message_posted"]


async def test_sqp_learns_of_a_doubt_without_what_was_said(world: Any) -> None:
    await world.tell(world.facts.postponed())
    [line] = (await world.feed(SQP))["items"]
    assert line["title"] == "[Clôture repoussée] Incident n. 20122301"
    assert "06/01/2021" in line["body"]
    assert (await world.feed(RESELLER))["total"] == (await world.feed(CLIENT))["total"] == 0


async def test_the_note_reaches_bell_and_email_with_a_button_that_answers(world: Any) -> None:
    note = "Envoyez le journal SMART.\nMerci <b>vite</b>."
    await world.tell(world.facts.status("pending", reason="waiting_client", note=note))
    [line] = (await world.feed(CLIENT))["items"]
    assert line["body"].startswith(
        "Cet incident est en attente\xa0: SQP attend votre réponse. «\xa0Envoyez le journal SMART."
    )
    assert line["subject"]["path"] == "/incidents/20122301?onglet=messagerie#composer"
    await world.harness.run_jobs()
    message = await world.mail.wait_for("client@portail.test")
    plain, html = (str(message.get_body((kind,)).get_content()).replace("\r\n", "\n") for kind in ("plain", "html"))
    assert "Envoyez le journal SMART.\n" in plain
    assert "Merci &lt;b&gt;vite&lt;/b&gt;." in html
    for twin in (plain, html):
        assert "Répondre" in twin
        assert twin.count("https://portail.test/incidents/20122301?onglet=messagerie#composer") == 1

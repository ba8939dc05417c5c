"""SQP reminds the side whose answer it waits for: that side alone is told, of what it reads, once a day at most."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from services.incidents.tests.agents import CAMILLE, SQP_BASIC, act, done, due, item, known, paris
from services.incidents.tests.pending import held

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, back_office
from events.desk import AnswerReminded

ASKED = paris("2026-05-19 10:00")  # a Tuesday


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    at(ASKED - timedelta(minutes=10))
    await desk.register()
    for who in (SQP, CAMILLE, RESELLER, CLIENT):
        await known(desk, who)
    return desk


@pytest.fixture
async def number(shop: Any) -> str:
    number: str = await shop.declare()
    await shop.move(number, "in_diagnosis")
    return number


async def waits(shop: Any, at: Any, number: str, reason: str, note: str = "") -> None:
    at(ASKED)
    await shop.move(number, "pending", reason=reason, note=note)


async def told(shop: Any) -> list[AnswerReminded]:
    return list(await shop.harness.told(AnswerReminded))


async def refused(shop: Any, number: str, by: Any = SQP) -> tuple[int, str]:
    answer = await act(shop, number, "remind", by)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(("reason", "party"), [("waiting_reseller", "reseller"), ("waiting_client", "client")])
async def test_the_side_that_is_awaited_is_reminded_of_what_it_was_asked(
    shop: Any, number: str, at: Any, reason: str, party: str
) -> None:
    await waits(shop, at, number, reason, "Quel est le numéro de série\ndu disque ?")
    name = {"reseller": "Revendeur Test", "client": "Client Test"}[party]
    assert (await item(shop, number))["awaiting"] == {
        "party": party,
        "name": name,
        "asked": "Quel est le numéro de série du disque ?",
        "reminded_at": None,
        "may_remind": True,
    }
    version = (await shop.incident(number))["version"]
    at(paris("2026-05-22 11:00"))
    await done(shop, number, "remind")
    event = (await told(shop))[0]
    assert (event.awaited, event.asked, event.actor.user_id) == (
        party,
        "Quel est le numéro de série du disque ?",
        SQP.user_id,
    )
    shown = await item(shop, number)
    assert datetime.fromisoformat(shown["awaiting"]["reminded_at"]) == paris("2026-05-22 11:00")
    assert shown["awaiting"]["may_remind"] is False
    assert shown["acts"][0]["sentence"] == f"{SQP.name} a relancé {name}"
    # What the parties read of the incident is as before, the history with it.
    assert (await shop.incident(number))["version"] == version
    history = (await shop.as_(RESELLER).get(f"/incidents/{number}/history")).json()
    assert len(history["items"]) == 3


async def test_what_sqp_and_the_reseller_write_is_in_no_reminder_of_the_client(shop: Any, number: str, at: Any) -> None:
    await shop.post(number, "sqp", SQP, "Votre client paie-t-il encore ?")
    await shop.post(number, "internal", SQP, "Client difficile")
    await waits(shop, at, number, "waiting_client")
    await shop.post(number, "sqp", SQP, "Demandez-lui la facture.")
    assert (await item(shop, number))["awaiting"]["asked"] == ""
    await done(shop, number, "remind")
    assert [(each.awaited, each.asked) for each in await told(shop)] == [("client", "")]


async def test_the_reseller_is_reminded_of_what_sqp_said_last(shop: Any, number: str, at: Any) -> None:
    await shop.post(number, "sqp", SQP, "Une photo, s’il vous plaît.")
    await waits(shop, at, number, "waiting_reseller")
    assert (await item(shop, number))["awaiting"]["asked"] == "Une photo, s’il vous plaît."
    at(ASKED + timedelta(hours=1))
    await shop.post(number, "internal", SQP, "Il ne répond jamais.")
    await shop.post(number, "sqp", SQP, "x" * 300)
    await done(shop, number, "remind")
    assert (await told(shop))[0].asked == "x" * 199 + "…"


async def test_a_note_after_the_message_is_what_was_asked(shop: Any, number: str, at: Any) -> None:
    await shop.post(number, "sqp", SQP, "Je regarde.")
    await waits(shop, at, number, "waiting_reseller", "La facture, s’il vous plaît.")
    await done(shop, number, "remind")
    assert (await told(shop))[0].asked == "La facture, s’il vous plaît."


async def test_a_question_in_diagnosis_is_awaited_too(shop: Any, number: str, at: Any) -> None:
    assert await refused(shop, number) == (409, "nothing_awaited")
    at(ASKED)
    await shop.post(number, "sqp", SQP, "Le voyant est-il rouge ?")
    assert (await item(shop, number))["awaiting"]["party"] == "reseller"
    await done(shop, number, "remind")
    assert [(each.awaited, each.asked) for each in await told(shop)] == [("reseller", "Le voyant est-il rouge ?")]


@pytest.mark.parametrize("reason", ["stock", "maker", "carrier", "other"])
async def test_where_no_answer_is_awaited_nobody_is_reminded(shop: Any, number: str, at: Any, reason: str) -> None:
    await waits(shop, at, number, reason)
    answer = await act(shop, number, "remind")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_awaited")
    assert answer.json()["title"] == (
        f"Aucune réponse n’est attendue sur l’incident n°\u00a0{number}\u00a0: il n’y a personne à relancer."
    )
    assert (await item(shop, number))["awaiting"] is None
    assert await told(shop) == []


async def test_a_contract_without_client_has_no_client_to_remind(shop: Any, at: Any) -> None:
    at(ASKED - timedelta(minutes=10))
    await shop.register(number="29963", client=None)
    number = await shop.declare(contract_number="29963")
    await shop.move(number, "in_diagnosis")
    await waits(shop, at, number, "waiting_client")
    assert await refused(shop, number) == (409, "nothing_awaited")
    assert (await item(shop, number))["awaiting"] is None


async def test_who_has_answered_is_answered_and_not_reminded(shop: Any, number: str, at: Any) -> None:
    await waits(shop, at, number, "waiting_reseller", "La facture ?")
    at(paris("2026-05-19 11:30"))
    await shop.post(number, "sqp", RESELLER, "La voici.")
    answer = await act(shop, number, "remind")
    assert (answer.status_code, answer.json()["code"]) == (409, "answer_first")
    assert answer.json()["title"] == (
        f"Le revendeur a écrit le 19/05/2026, 11:30 sur l’incident n°\u00a0{number}\u00a0: répondez-lui plutôt que de "
        "le relancer."
    )
    assert (await item(shop, number))["awaiting"] is None


async def test_an_unanswered_message_of_the_reseller_stays_unanswered_when_the_client_is_reminded(
    shop: Any, number: str, at: Any
) -> None:
    await waits(shop, at, number, "waiting_client", "La facture ?")
    at(paris("2026-05-19 11:30"))
    await shop.post(number, "sqp", RESELLER, "Je la lui demande.")
    before = await item(shop, number)
    at(paris("2026-05-20 11:30"))
    await done(shop, number, "remind")
    after = await item(shop, number)
    assert (after["action"], after["unanswered_since"]) == ("answer", before["unanswered_since"])


async def test_one_is_reminded_once_a_day_at_most(shop: Any, number: str, at: Any) -> None:
    await waits(shop, at, number, "waiting_client", "La facture ?")
    at(paris("2026-05-20 11:00"))
    await done(shop, number, "remind")
    at(paris("2026-05-21 10:59"))
    answer = await shop.as_(CAMILLE, **{"Accept-Language": "en"}).post(f"/desk/{number}/remind")
    assert (answer.status_code, answer.json()["code"]) == (409, "reminded_lately")
    assert answer.json()["title"] == (
        f"A reminder was sent on 20/05/2026, 11:00 for incident no. {number}: the next one is possible from "
        "21/05/2026, 11:00 on."
    )
    at(paris("2026-05-21 11:00"))
    await done(shop, number, "remind", CAMILLE)
    assert len(await told(shop)) == 2


async def test_of_two_who_remind_at_once_one_does(shop: Any, number: str, at: Any) -> None:
    await waits(shop, at, number, "waiting_client", "La facture ?")
    answers = await asyncio.gather(*(act(shop, number, "remind", by) for by in (SQP, CAMILLE)))
    assert sorted(each.status_code for each in answers) == [204, 409]
    assert len(await told(shop)) == 1


async def test_sqp_waits_three_working_days_again(shop: Any, number: str, at: Any) -> None:
    await waits(shop, at, number, "waiting_client", "La facture ?")
    at(paris("2026-05-22 11:00"))  # a Friday before a Monday of Pentecost
    assert await due(shop) == [number]
    assert (await item(shop, number))["action"] == "remind"
    await done(shop, number, "remind")
    assert await due(shop) == []
    shown = await item(shop, number)
    assert (shown["action"], shown["turn"]) == ("remind", "client")
    assert datetime.fromisoformat(shown["action_at"]) == paris("2026-05-28 00:00")


async def test_what_one_has_just_written_is_what_is_asked(shop: Any, number: str, at: Any) -> None:
    await waits(shop, at, number, "waiting_reseller")
    await held(shop, number, "Et la facture ?")
    await done(shop, number, "remind")
    assert (await told(shop))[0].asked == "Et la facture ?"


async def test_sqps_administrators_alone_remind(shop: Any, number: str, at: Any) -> None:
    await waits(shop, at, number, "waiting_reseller", "La facture ?")
    for stranger in (RESELLER, RESELLER_BASIC, OTHER_RESELLER, CLIENT, SQP_BASIC, back_office("incidents:read")):
        assert (await act(shop, number, "remind", stranger)).status_code == 403
    assert (await act(shop, "20010101", "remind")).status_code == 404
    assert await told(shop) == []


@pytest.mark.parametrize("why", ["no account", "access closed", "disabled", "basic"])
async def test_a_side_for_which_nobody_answers_is_not_reminded(desk: Any, at: Any, why: str) -> None:
    """SQP would wait for an answer to what nobody has read."""
    at(ASKED - timedelta(minutes=10))
    await desk.register()
    await known(desk, SQP)
    number = await desk.declare()
    await desk.move(number, "in_diagnosis")
    await waits(desk, at, number, "waiting_client", "Quel disque ?")
    if why == "access closed":
        await known(desk, CLIENT)
        await desk.organisation("client", "CLI-0001", "Client Test", portal_access=False)
    elif why == "disabled":
        await known(desk, CLIENT, status="disabled")
    elif why == "basic":
        await known(desk, CLIENT, role="basic")
    assert not (await item(desk, number))["awaiting"]["may_remind"]
    answer = await act(desk, number, "remind")
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_to_remind")
    assert "Client Test" in answer.json()["title"]
    wanted = {"numbers": [number], "act": {"action": "remind"}}
    preview = await desk.as_(SQP).post("/desk-jobs/preview", json=wanted)
    assert (preview.status_code, preview.json()["changing"]) == (200, 0), preview.text
    assert await told(desk) == []

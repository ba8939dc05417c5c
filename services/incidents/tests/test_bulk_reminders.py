"""SQP reminds of many incidents at once: a result for each, and people are told once of all that they are to answer."""

from __future__ import annotations

from typing import Any

import pytest
from services.incidents.tests.agents import done, item, known, paris
from services.incidents.tests.test_bulk import job, preview, results, started

from devkit.harness import CLIENT, RESELLER, SQP
from events.desk import AnswerReminded, AnswersReminded
from incidents.tasks import BULK_ROW

ASKED = paris("2026-05-19 10:00")


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    at(ASKED)
    await desk.register()
    for who in (SQP, RESELLER, CLIENT):
        await known(desk, who)
    return desk


async def waiting(shop: Any, reason: str = "waiting_reseller", note: str = "") -> str:
    number: str = await shop.declare()
    await shop.move(number, "in_diagnosis")
    await shop.move(number, "pending", reason=reason, note=note)
    return number


async def told(shop: Any) -> list[AnswersReminded]:
    return list(await shop.harness.told(AnswersReminded))


async def test_each_incident_has_its_result_and_a_refusal_is_one(shop: Any, at: Any) -> None:
    asked, lately, stock = await waiting(shop), await waiting(shop), await waiting(shop, "stock")
    await done(shop, lately, "remind")
    numbers = [asked, lately, stock]
    said = await preview(shop, numbers, action="remind")
    assert said == {
        "changing": 1,
        "sentences": [
            "La réponse attendue sera rappelée pour 1 incident.",
            "2 incidents seront refusés\u00a0: aucune réponse n’y est attendue, ou le rappel date de moins d’un jour.",
            "Chaque personne concernée recevra un seul avis pour l’ensemble.",
        ],
    }
    at(paris("2026-05-19 11:00"))
    identifier = await started(shop, [*numbers, "20010101"], action="remind")
    await shop.harness.run_jobs()
    found = await job(shop, identifier)
    assert (found["sentence"], found["state"]) == ("Relancer qui doit répondre", "done")
    assert [each["outcome"] for each in found["rows"]] == ["done", "refused", "refused", "refused"]
    assert [each["said"] for each in found["rows"]][:3] == [
        "Relancé.",
        f"Un rappel est parti le 19/05/2026, 10:00 pour l’incident n°\u00a0{lately}\u00a0: le suivant sera possible à "
        "partir du 20/05/2026, 10:00.",
        f"Aucune réponse n’est attendue sur l’incident n°\u00a0{stock}\u00a0: il n’y a personne à relancer.",
    ]
    assert (await item(shop, asked))["acts"][0]["act"] == "remind"
    trail = (await shop.as_(SQP).get("/audit/incidents")).json()["items"]
    assert ("incident.remind_among", asked) in [(each["action"], each["subject"]) for each in trail]


async def test_people_are_told_once_of_all_that_they_are_to_answer(shop: Any) -> None:
    of_reseller, of_client = await waiting(shop, note="La facture ?"), await waiting(shop, "waiting_client")
    identifier = await started(shop, [of_reseller, of_client], action="remind")
    await shop.harness.run_jobs()
    event = (await told(shop))[0]
    assert [(each.number, each.awaited, each.asked) for each in event.incidents] == [
        (of_reseller, "reseller", "La facture ?"),
        (of_client, "client", ""),
    ]
    assert (str(event.job_id), event.actor.user_id) == (identifier, SQP.user_id)
    assert await shop.harness.told(AnswerReminded) == []


async def test_a_message_of_the_job_that_comes_twice_reminds_once(shop: Any) -> None:
    numbers = [await waiting(shop) for _ in range(2)]
    identifier = await started(shop, numbers, action="remind")
    for position in (0, 0, 1, 1):
        await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=position)
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "done"]
    assert [[each.number for each in event.incidents] for event in await told(shop)] == [numbers]
    assert [each["act"] for each in (await item(shop, numbers[0]))["acts"]] == ["remind"]


async def test_a_stopped_job_tells_of_what_it_has_reminded_of(shop: Any) -> None:
    numbers = [await waiting(shop) for _ in range(2)]
    identifier = await started(shop, numbers, action="remind")
    await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=0)
    assert (await shop.as_(SQP).post(f"/desk-jobs/{identifier}/stop")).status_code == 204
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "cancelled"]
    assert [[each.number for each in event.incidents] for event in await told(shop)] == [numbers[:1]]


async def test_who_answers_or_is_not_asked_any_more_before_the_job_ends_is_not_reminded(shop: Any, at: Any) -> None:
    answered, moved, other = [await waiting(shop) for _ in range(3)]
    identifier = await started(shop, [answered, moved, other], action="remind")
    for position in range(2):
        await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=position)
    at(paris("2026-05-19 10:01"))
    await shop.post(answered, "sqp", RESELLER, "Voici la facture.")
    await shop.move(moved, "in_diagnosis")
    await shop.move(moved, "pending", reason="waiting_client")
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "done", "done"]
    assert [[each.number for each in event.incidents] for event in await told(shop)] == [[other]]


async def test_a_job_that_reminds_nobody_tells_nobody(shop: Any) -> None:
    number = await waiting(shop, "stock")
    identifier = await started(shop, [number], action="remind")
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["refused"]
    assert await told(shop) == []

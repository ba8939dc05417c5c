"""Many incidents at once: each as if it were done alone, a result for each, never twice, and one word to its people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.incidents.tests.agents import CAMILLE, SQP_BASIC, known

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.desk import IncidentsMoved
from events.incidents import IncidentStatusChanged
from incidents.bulk import performing
from incidents.service import changes
from incidents.tasks import BULK_ROW
from web import clock


@pytest.fixture
async def shop(open_desk: Any) -> Any:
    for who in (SQP, CAMILLE):
        await known(open_desk, who)
    return open_desk


async def start(desk: Any, numbers: list[str], by: Any = SQP, **act: Any) -> httpx.Response:
    answer: httpx.Response = await desk.as_(by).post("/desk-jobs", json={"numbers": numbers, "act": act})
    return answer


async def started(desk: Any, numbers: list[str], by: Any = SQP, **act: Any) -> str:
    answer = await start(desk, numbers, by, **act)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"].endswith(answer.json()["id"])
    return str(answer.json()["id"])


async def job(desk: Any, identifier: str, by: Any = SQP) -> dict[str, Any]:
    answer = await desk.as_(by).get(f"/desk-jobs/{identifier}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def results(desk: Any, identifier: str) -> list[str]:
    return [each["outcome"] for each in (await job(desk, identifier))["rows"]]


async def preview(desk: Any, numbers: list[str], **act: Any) -> dict[str, Any]:
    answer = await desk.as_(SQP).post("/desk-jobs/preview", json={"numbers": numbers, "act": act})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_incident_has_its_result_in_words(shop: Any) -> None:
    numbers = [await shop.declare() for _ in range(3)]
    await shop.move(numbers[1], "in_diagnosis")
    await shop.move(numbers[2], "in_diagnosis", "resolved", "closed")
    wanted = [*numbers, "20010101"]
    said = await preview(shop, wanted, action="move", status="in_diagnosis")
    assert said["changing"] == 1
    assert said["sentences"] == [
        "1 incident passera à l’état «\u00a0Diagnostic en cours\u00a0».",
        "1 incident est déjà ainsi et ne changera pas.",
        "1 incident sera refusé\u00a0: cet état ne suit pas le sien.",
        "1 incident n’existe pas.",
        "Chaque personne concernée recevra un seul avis pour l’ensemble.",
    ]
    identifier = await started(shop, wanted, action="move", status="in_diagnosis")
    waiting = await job(shop, identifier)
    assert (waiting["state"], waiting["handled"], waiting["total"]) == ("running", 0, 4)
    await shop.harness.run_jobs()
    done = await job(shop, identifier)
    assert (done["state"], done["handled"], done["ended_at"] is not None) == ("done", 4, True)
    assert [each["outcome"] for each in done["rows"]] == ["done", "unchanged", "refused", "refused"]
    assert done["rows"][0]["said"] == "Passé à l’état «\u00a0Diagnostic en cours\u00a0»."
    assert "ne peut pas passer" in done["rows"][2]["said"]
    assert (await shop.incident(numbers[0]))["status"] == "in_diagnosis"
    english = await shop.as_(SQP, **{"Accept-Language": "en"}).get(f"/desk-jobs/{identifier}")
    assert english.json()["rows"][0]["said"] == "Moved to “Being diagnosed”."
    assert [each["id"] for each in (await shop.as_(SQP).get("/desk-jobs")).json()["items"]] == [identifier]


async def test_what_is_waited_for_is_said(shop: Any) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis")
    wanted: dict[str, Any] = {"action": "move", "status": "pending", "reason": "stock"}
    said = await preview(shop, [number], **wanted)
    assert said["sentences"][0] == "1 incident passera à l’état «\u00a0En attente de stock\u00a0»."
    await started(shop, [number], **wanted)
    await shop.harness.run_jobs()
    other = await started(shop, [number], **wanted | {"reason": "other"})
    await shop.harness.run_jobs()
    # From one reason to another no state leads.
    refused = await job(shop, other)
    assert (refused["sentence"], refused["rows"][0]["outcome"]) == (
        "Passer à l’état «\u00a0En attente\u00a0»",
        "refused",
    )


async def test_assigning_takes_from_colleagues_with_a_note_alone(shop: Any) -> None:
    free, mine, theirs = [await shop.declare() for _ in range(3)]
    await shop.as_(SQP).post(f"/desk/{mine}/take")
    await shop.as_(CAMILLE).post(f"/desk/{theirs}/take")
    to = {"action": "assign", "user_id": str(SQP.user_id)}
    assert (await preview(shop, [free, mine, theirs], **to))["changing"] == 1
    identifier = await started(shop, [free, mine, theirs], **to)
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "unchanged", "refused"]
    identifier = await started(shop, [theirs], **to, note="Camille est absente")
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done"]
    assert (await shop.as_(SQP).get(f"/desk/{theirs}")).json()["acts"][0]["note"] == "Camille est absente"
    identifier = await started(shop, [free, theirs], action="release")
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "done"]
    assert (await shop.as_(SQP).get(f"/desk/{free}")).json()["assignee"] is None
    trail = (await shop.as_(SQP).get("/audit/incidents")).json()["items"]
    assert ("incident.release_among", free) in [(each["action"], each["subject"]) for each in trail]


async def test_people_are_told_once_of_all_that_has_moved(shop: Any) -> None:
    numbers = [await shop.declare() for _ in range(3)]
    await shop.move(numbers[2], "rejected")
    before = len(await shop.harness.told(IncidentStatusChanged))
    identifier = await started(shop, numbers, action="move", status="cancelled", note="Doublons")
    await shop.harness.run_jobs()
    events = (await shop.harness.told(IncidentStatusChanged))[before:]
    assert [(each.number, str(each.told_with)) for each in events] == [(each, identifier) for each in numbers[:2]]
    told = (await shop.harness.told(IncidentsMoved))[0]
    assert (told.status, told.note, [each.number for each in told.incidents]) == ("cancelled", "Doublons", numbers[:2])
    assert (told.actor.user_id, str(told.job_id)) == (SQP.user_id, identifier)


async def test_a_row_is_never_done_twice_and_a_killed_run_loses_none(shop: Any, monkeypatch: Any) -> None:
    numbers = [await shop.declare() for _ in range(2)]
    identifier = await started(shop, numbers, action="move", status="in_diagnosis")

    async def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(changes, "move_among", killed)
        with pytest.raises(KeyboardInterrupt):
            await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=0)
    assert await results(shop, identifier) == ["waiting", "waiting"]
    for _ in range(2):
        await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=0)
    assert await results(shop, identifier) == ["done", "waiting"]
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "done"]
    assert len(await shop.harness.told(IncidentStatusChanged)) == 2
    assert len(await shop.harness.told(IncidentsMoved)) == 1


async def test_a_difficulty_with_one_incident_stops_no_other(shop: Any, monkeypatch: Any) -> None:
    numbers = [await shop.declare() for _ in range(2)]
    identifier = await started(shop, numbers, action="move", status="in_diagnosis")
    move = changes.move_among

    async def fails_once(session: Any, incident: Any, *rest: Any) -> None:
        await move(session, incident, *rest)
        if incident.number == numbers[0]:
            raise ValueError("a defect")

    monkeypatch.setattr(changes, "move_among", fails_once)
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["failed", "done"]
    assert (await shop.incident(numbers[0]))["status"] == "new"


async def test_a_job_is_stopped_between_two_incidents(shop: Any) -> None:
    numbers = [await shop.declare() for _ in range(3)]
    identifier = await started(shop, numbers, action="move", status="in_diagnosis")
    await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=0)
    stop = f"/desk-jobs/{identifier}/stop"
    assert (await shop.as_(CAMILLE).post(stop)).status_code == 404
    assert (await shop.as_(SQP).post(stop)).status_code == 204
    await shop.harness.run_jobs()
    stopped = await job(shop, identifier)
    assert (stopped["state"], stopped["handled"]) == ("cancelled", 1)
    assert await results(shop, identifier) == ["done", "cancelled", "cancelled"]
    assert [len(each.incidents) for each in await shop.harness.told(IncidentsMoved)] == [1]
    assert (await shop.as_(SQP).post(stop)).status_code == 204
    assert len(await shop.harness.told(IncidentsMoved)) == 1


async def test_rights_are_those_of_the_row_s_turn(shop: Any) -> None:
    numbers = [await shop.declare() for _ in range(2)]
    identifier = await started(shop, numbers, action="move", status="in_diagnosis")
    await shop.harness.run_job(BULK_ROW.name, job_id=identifier, position=0)
    await known(shop, SQP, 2, role="basic")
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done", "refused"]
    assert (await shop.incident(numbers[1]))["status"] == "new"


async def test_a_job_that_stands_still_is_set_going_again(shop: Any, at: Any) -> None:
    number = await shop.declare()
    identifier = await started(shop, [number], action="move", status="in_diagnosis")
    assert await revived(shop) == 0
    now = clock.now()
    at(now + performing.STANDS_STILL + timedelta(seconds=1))
    assert await revived(shop) == 1
    # The one that was lost comes back after all: its row is done by then.
    await shop.harness.run_jobs()
    assert await results(shop, identifier) == ["done"]
    assert len(await shop.harness.told(IncidentStatusChanged)) == 1
    at(now + performing.KEPT + timedelta(days=1))
    assert await revived(shop) == 0
    assert (await shop.as_(SQP).get("/desk-jobs")).json()["items"] == []


async def revived(desk: Any) -> int:
    async with desk.harness.service.database.transaction() as session:
        return await performing.revive(session)


async def test_one_job_of_a_person_runs_at_a_time_and_each_sees_their_own(shop: Any) -> None:
    number = await shop.declare()
    identifier = await started(shop, [number], action="release")
    again = await start(shop, [number], action="release")
    assert (again.status_code, again.json()["code"]) == (409, "one_job_at_a_time")
    await started(shop, [number], CAMILLE, action="release")
    assert (await shop.as_(CAMILLE).get(f"/desk-jobs/{identifier}")).json()["code"] == "job_not_found"
    for outsider in (RESELLER, CLIENT, SQP_BASIC, back_office("incidents:read")):
        assert (await start(shop, [number], outsider, action="release")).status_code == 403
        assert (await shop.as_(outsider).get("/desk-jobs")).status_code == 403
        assert (await shop.as_(outsider).post("/desk-jobs/selection", json={"query": {}})).status_code == 403


async def test_what_one_incident_needs_many_need_too(shop: Any) -> None:
    number = await shop.declare()
    for act in (
        {"action": "move", "status": "pending"},
        {"action": "move", "status": "rejected"},
        {"action": "assign"},
        {"action": "polish"},
    ):
        assert (await start(shop, [number], **act)).status_code == 422, act
    stranger = await start(shop, [number], action="assign", user_id=str(RESELLER.user_id))
    assert stranger.json()["code"] == "not_at_the_desk"
    assert (await start(shop, [], action="release")).status_code == 422
    assert (await start(shop, [str(20_010_000 + each) for each in range(501)], action="release")).status_code == 422


async def test_a_view_is_chosen_as_it_is_now(shop: Any) -> None:
    numbers = [await shop.declare() for _ in range(3)]
    await shop.as_(SQP).post(f"/desk/{numbers[0]}/take")
    query = {"query": {"who": "unassigned", "sort": "-number"}}
    chosen = (await shop.as_(SQP).post("/desk-jobs/selection", json=query)).json()
    assert chosen == {"numbers": [numbers[2], numbers[1]], "is_cut": False}

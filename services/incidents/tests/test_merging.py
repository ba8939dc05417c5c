"""An incident is merged into another: where it is read and written since, and what keeps two apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.agents import SQP_BASIC, done, due, item, known
from services.incidents.tests.merges import merge, merged, part, read, refused, said, write
from services.incidents.tests.pending import ANNE, held, waiting

from devkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, SQP, back_office
from events.incidents import IncidentMerged, IncidentStatusChanged, NoteWritten, PromiseMissed
from web import clock

MARK = "OKAPI-9120"


@pytest.fixture
async def pair(open_desk: Any) -> Any:
    return open_desk, await open_desk.declare(title="Premier"), await open_desk.declare(title="Doublon")


async def test_what_was_merged_is_over_and_each_names_the_other_to_its_readers(pair: Any) -> None:
    desk, first, second = pair
    await merged(desk, second, first)
    assert await due(desk) == [first]
    for who in (RESELLER, CLIENT, SQP, SQP_BASIC, back_office("incidents:read")):
        over, going = [await desk.incident(number, who) for number in (second, first)]
        assert (over["status"], over["merged_into"], over["merged"]) == ("closed", first, [])
        assert (going["status"], going["merged_into"], going["merged"]) == ("new", None, [second])
    actions = (await desk.incident(second))["actions"]
    assert (actions["next"], actions["write"], actions["attach"]) == ([], [], [])
    [shown] = (await item(desk, first))["merges"]
    assert [shown] == (await item(desk, second))["merges"]
    assert (shown["number"], shown["into"], shown["by_name"]) == (second, first, SQP.name)


async def test_each_thread_is_read_in_that_of_the_other_by_those_who_read_it(pair: Any) -> None:
    desk, first, second = pair
    await known(desk, SQP)
    await said(desk, second, "client", CLIENT, "Au revendeur")
    await said(desk, second, "sqp", RESELLER, "À SQP")
    await said(desk, second, "internal", SQP, MARK)
    await said(desk, first, "sqp", RESELLER, "Déjà là")
    await merged(desk, second, first)
    await said(desk, first, "sqp", SQP, "La suite")
    assert await read(desk, first, "client", CLIENT) == [("Au revendeur", second)]
    assert await read(desk, first, "internal", SQP) == [(MARK, second)]
    expected = [("À SQP", second), ("Déjà là", None), ("La suite", None)]
    assert await read(desk, first, "sqp", RESELLER) == await read(desk, first, "sqp", SQP) == expected
    # What it was stays readable where it was written.
    assert await read(desk, second, "sqp", RESELLER) == [("À SQP", None)]
    for who, thread in ((RESELLER, "internal"), (CLIENT, "internal"), (CLIENT, "sqp"), (SQP, "client")):
        answer = await desk.as_(who).get(f"/incidents/{first}/messages", params={"thread": thread})
        assert answer.status_code == 404
    pages = [f"/incidents/{first}", f"/incidents/{first}/history", f"/incidents/{first}/messages?thread=client"]
    assert MARK not in "".join([(await desk.as_(CLIENT).get(page)).text for page in pages])


async def test_its_files_are_shown_with_their_message_and_stay_where_they_are(pair: Any) -> None:
    desk, first, second = pair
    file_id = uuid4()
    await said(desk, second, "sqp", RESELLER, "Voici", file_ids=[str(file_id)])
    await desk.bound(second, "sqp", file_id)
    await merged(desk, second, first)
    answer = await desk.as_(RESELLER).get(f"/incidents/{first}/messages?thread=sqp")
    [message] = answer.json()["items"]
    assert [(each["file_id"], each["removable"]) for each in message["attachments"]] == [(str(file_id), False)]
    taken_off = await desk.as_(RESELLER).delete(f"/incidents/{second}/files/{file_id}")
    assert await refused(taken_off) == (409, "merged")


async def test_whatever_is_written_on_it_is_answered_with_where_to_write(pair: Any) -> None:
    desk, first, second = pair
    await merged(desk, second, first)
    answers = [
        await write(desk, second, "sqp", RESELLER, "Et alors ?"),
        await write(desk, second, "client", CLIENT, "Et alors ?"),
        await write(desk, second, "internal", SQP, "Et alors ?"),
        await desk.as_(SQP).post(f"/incidents/{second}/messages?thread=sqp&undoable=true", json={"body": "Oui"}),
        await desk.as_(RESELLER).post(
            f"/incidents/{second}/files", json={"file_ids": [str(uuid4())], "scope": "declaration"}
        ),
        await desk.try_move(second, "in_diagnosis"),
        await desk.as_(RESELLER).post(f"/incidents/{second}/exchanges", json={"serial_number": "Q207B17555"}),
        await merge(desk, second, first),
        await merge(desk, await desk.declare(), second),
    ]
    for answer in answers:
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["target"]) == (409, "merged", first), answer.text
        assert f"est fusionné avec l’incident n° {first}" in problem["title"].replace("\u00a0", " ")


async def test_what_was_not_answered_there_is_to_be_answered_here(pair: Any) -> None:
    desk, first, second = pair
    await said(desk, second, "sqp", RESELLER, "Une question")
    asked = (await item(desk, second))["unanswered_since"]
    await merged(desk, second, first)
    assert ((await item(desk, first))["action"], (await item(desk, first))["unanswered_since"]) == ("answer", asked)
    assert (await item(desk, second))["action"] is None
    await said(desk, first, "sqp", SQP, "Une réponse")
    assert (await item(desk, first))["unanswered_since"] is None


async def test_a_message_that_answers_without_having_read_what_came_is_stopped(pair: Any) -> None:
    desk, first, second = pair
    tag = (await desk.as_(SQP).get(f"/incidents/{first}/messages?thread=sqp")).headers["etag"]
    await said(desk, second, "sqp", RESELLER, "Une question")
    await merged(desk, second, first)
    path = f"/incidents/{first}/messages?thread=sqp"
    stopped = await desk.as_(SQP, **{"If-Match": tag}).post(path, json={"body": "Autre chose"})
    assert await refused(stopped) == (412, "thread_moved")


async def test_what_a_colleague_has_waiting_stays_theirs_and_ones_own_leaves_before(pair: Any) -> None:
    desk, first, second = pair
    await held(desk, second, "De ma main")
    await held(desk, second, "D’une collègue", ANNE)
    await merged(desk, second, first)
    await desk.harness.run_jobs()
    assert await read(desk, first, "sqp", RESELLER) == [("De ma main", second)]
    [kept] = await waiting(desk, second, ANNE)
    assert first in kept["refusal"]


async def test_the_history_of_both_keeps_it(pair: Any) -> None:
    desk, first, second = pair
    await merged(desk, second, first)
    assert (await part(desk, second)).status_code == 204
    told = {}
    for number in (first, second):
        answer = await desk.as_(CLIENT).get(f"/incidents/{number}/history")
        lines = [each for each in answer.json()["items"] if each["sentence"]]
        told[number] = [(each["from"], each["to"], each["sentence"].replace("\u00a0", " ")) for each in lines]
    assert told[second] == [
        ("new", "closed", f"Fusionné avec l’incident n° {first}"),
        ("closed", "new", f"La fusion avec l’incident n° {first} est annulée"),
    ]
    assert told[first] == [
        ("new", "new", f"L’incident n° {second} est fusionné avec celui-ci"),
        ("new", "new", f"La fusion avec l’incident n° {second} est annulée"),
    ]


async def test_people_are_told_once_of_the_two(pair: Any) -> None:
    desk, first, second = pair
    await known(desk, ANNE)
    await done(desk, second, "take", ANNE)
    await merged(desk, second, first)
    [moved] = await desk.harness.told(IncidentStatusChanged)
    assert (moved.number, moved.status, moved.told_with is None) == (second, "closed", False)
    [told] = await desk.harness.told(IncidentMerged)
    assert (told.number, told.source, told.undone, told.agent_ids) == (first, second, False, [ANNE.user_id])
    feed = await desk.as_(back_office("incidents:read")).get("/backoffice/incidents/changes?after=0")
    kinds = [(each["kind"], each["number"]) for each in feed.json()["items"][-2:]]
    assert kinds == [("incident.status_changed", second), ("incident.merged", first)]


async def test_only_incidents_of_one_reseller_and_one_client_are_merged(pair: Any) -> None:
    desk, first, _ = pair
    other = desk.party("client", "CLI-0002", "Un autre")
    await desk.register(number="2", client=other)
    theirs = await desk.declare(contract_number="2")
    for number, target in ((first, theirs), (theirs, first)):
        assert await refused(await merge(desk, number, target)) == (409, "not_of_the_same")
    assert (await desk.incident(theirs, OTHER_CLIENT))["merged"] == []


async def test_without_client_only_those_of_one_contract_which_one_client_gets_later(open_desk: Any) -> None:
    desk = open_desk
    for number in ("3", "4"):
        await desk.register(number=number, serial_number=f"KIT-{number}", client=None, articles=[])
    first, second = [await desk.declare(contract_number="3", serial_numbers=["KIT-3"]) for _ in range(2)]
    other = await desk.declare(contract_number="4", serial_numbers=["KIT-4"])
    assert await refused(await merge(desk, other, first)) == (409, "not_of_the_same")
    await merged(desk, second, first)
    client = desk.party("client", "CLI-0001", "Client Test")
    await desk.register(number="3", serial_number="KIT-3", client=client, articles=[], version=2)
    assert (await desk.incident(first, CLIENT))["merged"] == [second]
    assert (await desk.incident(second, CLIENT))["merged_into"] == first


async def test_only_open_incidents_are_merged(pair: Any) -> None:
    desk, first, second = pair
    await desk.move(second, "in_diagnosis", "resolved")
    for number, target in ((first, second), (second, first)):
        answer = await merge(desk, number, target)
        assert await refused(answer) == (409, "not_both_open")
        assert f"le n° {second} est à l’état « Résolu »" in answer.json()["title"].replace("\u00a0", " ")


async def test_there_is_one_place_to_read_so_nothing_is_merged_twice(pair: Any) -> None:
    desk, first, second = pair
    third = await desk.declare()
    await merged(desk, second, first)
    answer = await merge(desk, first, third)
    assert await refused(answer) == (409, "took_one_in")
    await merged(desk, third, first)
    assert (await desk.incident(first))["merged"] == [second, third]


async def test_an_exchange_under_way_is_not_lost(pair: Any) -> None:
    desk, first, second = pair
    await desk.exchange(second)
    answer = await merge(desk, second, first)
    assert await refused(answer) == (409, "exchange_under_way")
    assert f"fusionnez plutôt le n° {first} dans le n° {second}" in answer.json()["title"].replace("\u00a0", " ")
    await merged(desk, first, second)


async def test_a_claim_to_the_maker_that_is_open_is_not_lost(desk: Any) -> None:
    number = await desk.replaced()
    for step, more in (("receive", {}), ("inspect", {"outcome": "as_expected"}), ("close", {})):
        await desk.step(number, step, **more)
    other = await desk.declare(serial_numbers=[desk.DISK.serial_number])
    await desk.step(number, "claim", state="opened", maker_number="RMA-77")
    assert await refused(await merge(desk, number, other)) == (409, "exchange_under_way")
    for state in ("sent", "accepted"):
        await desk.step(number, "claim", state=state)
    # What was exchanged is over, and its promise kept.
    await merged(desk, number, other)


async def test_who_wrote_notes_on_it_is_told_of_those_that_follow(pair: Any) -> None:
    desk, first, second = pair
    for who in (SQP, ANNE):
        await known(desk, who)
    await said(desk, second, "internal", ANNE, MARK)
    await merged(desk, second, first)
    await said(desk, first, "internal", SQP, "La suite")
    *_, told = await desk.harness.told(NoteWritten)
    assert told.writer_ids == [ANNE.user_id]


async def test_a_job_on_many_and_a_macro_say_where_it_is_read(pair: Any) -> None:
    desk, first, second = pair
    await known(desk, SQP)
    await merged(desk, second, first)
    body = {"numbers": [second], "act": {"action": "move", "status": "in_diagnosis"}}
    job = (await desk.as_(SQP).post("/desk-jobs", json=body)).json()
    await desk.harness.run_jobs()
    [row] = (await desk.as_(SQP).get(f"/desk-jobs/{job['id']}")).json()["rows"]
    assert (row["outcome"], first in row["said"]) == ("refused", True)
    macro = {"title": MARK, "body_fr": "Bonjour", "to_status": "pending", "to_reason": "stock"}
    made = (await desk.as_(SQP).post("/canned-answers", json=macro)).json()["id"]
    shown = await desk.as_(SQP).get(f"/incidents/{second}/canned-answers/{made}/preview")
    assert first in shown.json()["parts"][0]["refusal"]


async def test_a_promise_is_not_lost_but_kept_by_the_other(open_desk: Any, at: Any) -> None:
    desk = open_desk
    now = clock.now()
    at(now)
    first, disk = await desk.declare(), await desk.declare(serial_numbers=[desk.DISK.serial_number])
    both = await desk.declare(serial_numbers=[desk.NAS.serial_number, desk.DISK.serial_number])
    assert await refused(await merge(desk, disk, first)) == (409, "promise_lost")
    assert await refused(await merge(desk, both, first)) == (409, "promise_lost")
    await merged(desk, disk, both)
    at(now + timedelta(days=20))
    later = await desk.declare()
    # As the later one promises a later day.
    assert await refused(await merge(desk, first, later)) == (409, "promise_lost")
    await desk.harness.run_job("incidents.mark_missed_promises")
    assert ((await desk.incident(disk))["promise"], (await desk.incident(both))["promise"]["state"]) == (None, "missed")
    assert {each.number for each in await desk.harness.told(PromiseMissed)} == {first, both}


async def test_an_incident_is_merged_with_another_that_there_is(pair: Any) -> None:
    desk, first, _ = pair
    assert await refused(await merge(desk, first, first)) == (409, "merged_with_itself")
    assert await refused(await merge(desk, first, "20010101")) == (409, "other_not_found")
    assert await refused(await merge(desk, "20010101", first)) == (404, "incident_not_found")


async def test_writers_of_sqp_alone_merge_and_part(pair: Any) -> None:
    desk, first, second = pair
    for who in (RESELLER, CLIENT, OTHER_RESELLER, SQP_BASIC, back_office("incidents:read")):
        assert (await merge(desk, second, first, who)).status_code == 403
    await merged(desk, second, first)
    for who in (RESELLER, CLIENT, OTHER_RESELLER, SQP_BASIC, back_office("incidents:read")):
        assert (await part(desk, second, who)).status_code == 403
    for number in (first, second):
        assert (await desk.as_(OTHER_RESELLER).get(f"/incidents/{number}")).status_code == 404

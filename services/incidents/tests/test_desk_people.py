"""Who has which incident: taken, given by the queue, handed over, passed, given back; no two get the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.incidents.tests.agents import CAMILLE, SQP_BASIC, act, done, due, following, item, known, paris
from services.incidents.tests.pending import ANNE, held, thread, undo, waiting
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from devkit.harness import CLIENT, RESELLER, SQP, back_office, person
from events.desk import IncidentAssigned
from incidents.exchanges import repository as exchanges


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    at(paris("2026-05-19 10:00"))
    await desk.register()
    for who in (SQP, CAMILLE, SQP_BASIC):
        await known(desk, who)
    return desk


async def test_next_gives_the_most_urgent_that_nobody_has(shop: Any, at: Any) -> None:
    first = await shop.declare()
    at(paris("2026-05-19 10:01"))
    second = await shop.declare()
    assert await following(shop) == first
    assert await following(shop, CAMILLE) == second
    assert await following(shop, CAMILLE, leaving=second) is None
    given = await item(shop, first)
    assert given["assignee"] == {"user_id": str(SQP.user_id), "name": SQP.name}
    assert [each["act"] for each in given["acts"]] == ["next"]


async def test_next_goes_on_among_ones_own_and_begins_again_with_what_was_left_first(shop: Any, at: Any) -> None:
    declared = [await shop.declare() for _ in range(3)]
    given: list[str | None] = []
    for minute in range(5):
        at(paris(f"2026-05-19 11:0{minute}"))
        given.append(await following(shop, leaving=given[-1]) if given else await following(shop))
    assert given == [*declared, *declared[:2]]
    # What has changed since is as good as new.
    await shop.post(declared[2], "sqp", RESELLER)
    assert await following(shop) == declared[2]


@pytest.mark.parametrize("who", [SQP, CAMILLE], ids=["its author", "a colleague"])
async def test_what_an_answer_is_leaving_on_is_given_again_only_if_it_does_not_leave(shop: Any, who: Any) -> None:
    number = await shop.declare()
    await shop.post(number, "sqp", RESELLER)
    taken_back = await held(shop, number)
    assert await following(shop, who) is None
    await undo(shop, number, taken_back)
    assert await following(shop, who) == number
    await done(shop, number, "release", who)
    read = (await thread(shop, number)).headers["etag"]
    await held(shop, number, seen=read)
    await shop.post(number, "sqp", ANNE)
    await shop.post(number, "sqp", RESELLER)
    await shop.harness.run_jobs()
    assert [bool(each["refusal"]) for each in await waiting(shop, number)] == [True]
    assert await following(shop, who) == number


async def test_next_keeps_to_the_view(shop: Any) -> None:
    one, two = await shop.declare(), await shop.declare()
    await shop.move(two, "in_diagnosis")
    assert await following(shop, who="mine") is None
    assert await following(shop, action="diagnose") == two
    assert await following(shop, who="unassigned") == one
    assert await following(shop, who="unassigned") is None


@pytest.mark.parametrize("people", [(SQP, CAMILLE), (SQP, SQP)], ids=["two agents", "two clicks of one"])
async def test_two_calls_at_once_give_two_incidents(shop: Any, people: Any) -> None:
    declared = {await shop.declare() for _ in range(24)}
    given = await asyncio.gather(*(following(shop, who) for who in people * 12))
    assert set(given) == declared


async def test_an_incident_that_somebody_is_changing_is_passed_over_not_waited_for(shop: Any) -> None:
    first, second = await shop.declare(), await shop.declare()
    async with shop.harness.service.database.transaction() as session:
        await session.execute(text("SELECT 1 FROM desk_items WHERE incident_number = :n FOR UPDATE"), {"n": first})
        assert await asyncio.wait_for(following(shop), 5) == second


async def test_what_is_taken_waits_for_nobody_who_changes_the_incident(shop: Any) -> None:
    """Both would lock each other out: a change locks the incident and then its place at the desk."""
    number = await shop.declare()
    async with shop.harness.service.database.transaction() as session:
        await exchanges.locked_incident(session, number)
        assert (await asyncio.wait_for(act(shop, number, "take"), 5)).status_code == 204


async def test_what_a_colleague_has_is_not_taken_but_may_be_handed_to_oneself(shop: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take", CAMILLE)
    refused = await act(shop, number, "take")
    assert (refused.status_code, refused.json()["code"]) == (409, "taken_already")
    assert "Camille Durand" in refused.json()["title"]
    silent = await act(shop, number, "assign", user_id=str(SQP.user_id))
    assert (silent.status_code, silent.json()["code"]) == (409, "reason_needed")
    assert (await item(shop, number))["assignee"]["name"] == "Camille Durand"
    await done(shop, number, "assign", user_id=str(SQP.user_id), note="Camille est en formation.")
    assert (await item(shop, number))["is_mine"]


async def test_two_who_take_at_once_are_one_who_has_it_and_one_who_hears_so(shop: Any) -> None:
    number = await shop.declare()
    answers = await asyncio.gather(act(shop, number, "take"), act(shop, number, "take", CAMILLE))
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_a_hand_over_keeps_its_note_for_sqp(shop: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take")
    await done(shop, number, "assign", user_id=str(CAMILLE.user_id), note="Le client parle allemand.")
    shown = await item(shop, number, CAMILLE)
    assert shown["is_mine"]
    assert [(each["act"], each["note"]) for each in shown["acts"]] == [
        ("assign", "Le client parle allemand."),
        ("take", ""),
    ]
    assert shown["acts"][0]["sentence"] == f"{SQP.name} l’a transmis à Camille Durand"
    assert {each["name"] for each in shown["colleagues"]} == {SQP.name, "Camille Durand"}
    for party in (RESELLER, CLIENT):
        everything = await shop.as_(party).get(f"/incidents/{number}")
        history = await shop.as_(party).get(f"/incidents/{number}/history")
        assert "allemand" not in everything.text + history.text
        assert "Camille" not in everything.text + history.text


@pytest.mark.parametrize("who", [SQP_BASIC, RESELLER, person("sqp", "SQP", name="Nobody Knows")])
async def test_nothing_is_given_to_who_is_not_at_the_desk(shop: Any, who: Any) -> None:
    await shop.user(RESELLER)
    number = await shop.declare()
    answer = await act(shop, number, "assign", user_id=str(who.user_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_at_the_desk")


async def test_what_is_given_back_is_everybodys(shop: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take")
    refused = await act(shop, number, "release", CAMILLE)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours_to_release")
    await done(shop, number, "release")
    assert (await item(shop, number))["assignee"] is None
    assert await following(shop, CAMILLE) == number


async def test_what_was_passed_is_hidden_from_who_passed_it_until_it_changes(shop: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take")
    assert (await act(shop, number, "skip", reason=" ")).status_code == 422
    await done(shop, number, "skip", reason="Je ne connais pas ce modèle.")
    assert await following(shop) is None
    assert (await due(shop), await due(shop, CAMILLE)) == ([], [number])
    assert await due(shop, when="skipped") == [number]
    assert (await shop.as_(SQP).get("/desk")).json()["counts"]["skipped"] == 1
    await shop.post(number, "sqp", RESELLER)
    assert (await due(shop), await following(shop)) == ([number], number)


async def test_a_message_that_needs_no_answer_is_put_aside(shop: Any, at: Any) -> None:
    number = await shop.declare()
    refused = await act(shop, number, "settle")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_settle")
    await shop.move(number, "in_diagnosis")
    await shop.move(number, "pending", reason="waiting_client")
    at(paris("2026-05-19 11:00"))
    await shop.post(number, "sqp", RESELLER, "Merci, je vois avec lui.")
    assert await due(shop) == [number]
    at(paris("2026-05-19 11:05"))
    await done(shop, number, "settle")
    assert await due(shop) == []
    at(paris("2026-05-22 08:00"))
    assert await due(shop) == [number]


async def test_what_a_colleague_has_is_not_put_aside(shop: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take", CAMILLE)
    await shop.post(number, "sqp", RESELLER, "Bonjour ?")
    refused = await act(shop, number, "settle")
    assert (refused.status_code, refused.json()["code"]) == (409, "taken_already")
    assert (await due(shop)) == [number]


async def test_who_is_absent_gives_everything_back_and_a_colleague_may_do_it(shop: Any) -> None:
    declared = [await shop.declare() for _ in range(3)]
    for number in declared:
        await done(shop, number, "take", CAMILLE)
    body = {"user_id": str(CAMILLE.user_id), "note": "Malade"}
    assert (await shop.as_(SQP).post("/desk/absent", json=body)).json() == {"count": 3}
    assert await due(shop, who="unassigned") == declared
    (last, _) = (await item(shop, declared[0]))["acts"]
    assert (last["act"], last["sentence"]) == ("absent", f"{SQP.name} a rendu ce que Camille Durand avait")
    assert (await shop.as_(SQP).post("/desk/absent", json={})).json() == {"count": 0}


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"role": "basic"}])
async def test_who_is_disabled_or_only_reads_gives_theirs_back(shop: Any, change: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take", CAMILLE)
    await known(shop, CAMILLE, 2, **change)
    shown = await item(shop, number)
    assert (shown["assignee"], shown["acts"][0]["act"]) == (None, "left")
    assert "Camille" not in {each["name"].split()[0] for each in shown["colleagues"]}


async def test_the_work_is_shown_by_person(shop: Any) -> None:
    declared = [await shop.declare() for _ in range(4)]
    await done(shop, declared[0], "take")
    for number in declared[1:3]:
        await done(shop, number, "take", CAMILLE)
    await shop.move(declared[2], "in_diagnosis")
    await shop.move(declared[2], "pending", reason="waiting_client")
    shown = (await shop.as_(SQP).get("/desk/people")).json()
    assert shown["unassigned"] == 1
    assert [(each["name"], each["due"], each["later"], each["is_me"]) for each in shown["items"]] == [
        ("Camille Durand", 1, 1, False),
        (SQP.name, 1, 0, True),
    ]


async def test_every_assignment_is_told_to_open_pages_without_names_or_notes(shop: Any) -> None:
    number = await shop.declare()
    await done(shop, number, "take")
    await done(shop, number, "assign", user_id=str(CAMILLE.user_id), note="Urgent")
    await done(shop, number, "release", CAMILLE)
    await following(shop)
    told = await shop.harness.told(IncidentAssigned)
    assert [(each.number, each.version) for each in told] == [(number, 2), (number, 3), (number, 4), (number, 5)]
    assert set(told[0].model_dump()) == {"version", "number", "at"}


async def test_what_was_done_at_the_desk_is_never_changed(shop: Any) -> None:
    await done(shop, await shop.declare(), "take")
    for statement in ("UPDATE desk_acts SET note = 'x'", "DELETE FROM desk_acts"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with shop.harness.service.database.transaction() as session:
                await session.execute(text(statement))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/desk/next", {}),
        ("/desk/absent", {}),
        ("/desk/{number}/take", None),
        ("/desk/{number}/assign", {"user_id": str(SQP.user_id)}),
        ("/desk/{number}/release", {}),
        ("/desk/{number}/skip", {"reason": "x"}),
        ("/desk/{number}/settle", None),
    ],
)
async def test_sqps_administrators_alone_act_at_the_desk(shop: Any, path: str, body: Any) -> None:
    number = await shop.declare()
    for stranger in (RESELLER, CLIENT, SQP_BASIC, back_office("incidents:read"), back_office("exchanges:write")):
        answer = await shop.as_(stranger).post(path.format(number=number), json=body)
        assert answer.status_code == 403, stranger
    assert (await shop.as_(None).post(path.format(number=number), json=body)).status_code == 401
    assert (await item(shop, number))["acts"] == []
    missing = await shop.as_(SQP).post(path.format(number="20010101"), json=body)
    assert missing.status_code == (404 if "{number}" in path else 200)


async def test_what_changed_without_the_desk_is_caught_up_with(shop: Any, at: Any) -> None:
    """The previous release declares and moves while this one starts."""
    one, two = await shop.declare(), await shop.declare()
    await done(shop, two, "take")
    async with shop.harness.service.database.transaction() as session:
        await session.execute(text("DELETE FROM desk_items WHERE incident_number = :n"), {"n": one})
        moved = "UPDATE incidents SET status = 'in_diagnosis', revision = revision + 1 WHERE number = :n"
        await session.execute(text(moved), {"n": two})
    at(paris("2026-05-19 10:00") + timedelta(minutes=5))
    await shop.harness.run_job("incidents.catch_up_desk")
    assert await due(shop) == [one, two]
    shown = await item(shop, two)
    assert (shown["action"], shown["is_mine"]) == ("diagnose", True)

"""Views of the queue: whose they are, what they count, and that an old one says what it has lost."""

from __future__ import annotations

from typing import Any

import httpx
from services.incidents.tests.agents import CAMILLE, SQP_BASIC, known
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER, SQP, back_office


async def create(desk: Any, name: str, by: Any = SQP, *, is_shared: bool = False, **query: Any) -> httpx.Response:
    body = {"name": name, "is_shared": is_shared, "query": query}
    answer: httpx.Response = await desk.as_(by).post("/desk-views", json=body)
    return answer


async def saved(desk: Any, name: str, by: Any = SQP, **more: Any) -> str:
    answer = await create(desk, name, by, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def seen(desk: Any, by: Any = SQP) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.as_(by).get("/desk-views")).json()["items"]
    return items


async def counts(desk: Any, by: Any = SQP) -> dict[str, int]:
    answer = await desk.as_(by).get("/desk-views/counts")
    assert answer.status_code == 200, answer.text
    return {each["id"]: each["count"] for each in answer.json()["items"]}


async def test_own_views_are_seen_by_nobody_else_and_shared_ones_by_all_of_sqp(desk: Any) -> None:
    own = await saved(desk, "Zone rouge", action="answer")
    await saved(desk, "à expédier", is_shared=True, action="dispatch", sort="-number")
    assert [each["name"] for each in await seen(desk)] == ["à expédier", "Zone rouge"]
    for other in (CAMILLE, SQP_BASIC):
        found = await seen(desk, other)
        assert [(each["name"], each["is_mine"], each["owner_name"]) for each in found] == [
            ("à expédier", False, SQP.name)
        ]
        assert found[0]["query"] == {"action": "dispatch", "sort": "-number"}
        assert (await desk.as_(other).get(f"/desk-views/{own}")).json()["code"] == "view_not_found"
    for outsider in (RESELLER, CLIENT, back_office("incidents:read")):
        assert (await desk.as_(outsider).get("/desk-views")).status_code == 403
        assert (await desk.as_(outsider).get("/desk-views/counts")).status_code == 403
    assert (await create(desk, "x", SQP_BASIC)).status_code == 403


async def test_names_are_taken_once_among_what_a_person_sees(desk: Any) -> None:
    await saved(desk, "Retours")
    again = await create(desk, "RETOURS")
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "name_taken", "name")
    await saved(desk, "Retours", CAMILLE)


async def test_a_shared_view_is_changed_by_all_administrators_but_its_maker_alone_takes_it_back(desk: Any) -> None:
    identifier = await saved(desk, "Retours", is_shared=True, action="chase_return")
    path, other = f"/desk-views/{identifier}", desk.as_(CAMILLE, **{"If-Match": '"1"'})
    taken = await other.patch(path, json={"is_shared": False})
    assert (taken.status_code, taken.json()["code"]) == (403, "not_yours_to_share")
    assert (await other.patch(path, json={"name": "Retours en retard"})).status_code == 204
    assert (await other.patch(path, json={"name": "Autre"})).status_code == 412
    mine = desk.as_(SQP, **{"If-Match": '"2"'})
    assert (await mine.patch(path, json={"is_shared": False})).status_code == 204
    assert await seen(desk, CAMILLE) == []
    assert (await desk.as_(CAMILLE, **{"If-Match": "*"}).delete(path)).status_code == 404
    assert (await desk.as_(SQP, **{"If-Match": '"3"'}).delete(path)).status_code == 204
    assert await seen(desk) == []


async def test_twenty_views_are_enough(desk: Any) -> None:
    for number in range(20):
        await saved(desk, f"Vue {number}")
    refused = await create(desk, "Vue de trop")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_views")
    await saved(desk, "Partagée", is_shared=True)


async def test_a_view_counts_what_the_queue_shows_its_reader(open_desk: Any) -> None:
    numbers = [await open_desk.declare() for _ in range(2)]
    await open_desk.as_(SQP).post(f"/desk/{numbers[0]}/take")
    mine = await saved(open_desk, "Les miens", is_shared=True, who="mine")
    new = await saved(open_desk, "Nouveaux", is_shared=True, state="new", q="problème")
    later = await saved(open_desk, "Plus tard", is_shared=True, when="later")
    assert await counts(open_desk) == {mine: 1, new: 2, later: 0}
    assert await counts(open_desk, CAMILLE) == {mine: 0, new: 2, later: 0}


async def test_a_view_says_what_it_has_lost(desk: Any) -> None:
    await known(desk, CAMILLE)
    person_s = await saved(desk, "Ceux de Camille", who=str(CAMILLE.user_id), action="answer")
    old = await saved(desk, "Ancienne", action="answer")
    assert [each["lost"] for each in await seen(desk)] == [[], []]
    await known(desk, CAMILLE, 2, status="disabled")
    async with desk.harness.service.database.transaction() as session:
        stored = '{"action": "polish", "colour": "red", "sort": "number"}'
        await session.execute(
            text("UPDATE saved_views SET query = CAST(:query AS jsonb) WHERE id = :id"), {"query": stored, "id": old}
        )
    found = {each["id"]: each for each in await seen(desk)}
    assert (found[person_s]["query"], found[person_s]["lost"]) == ({"action": "answer"}, ["who"])
    assert (found[old]["query"], sorted(found[old]["lost"])) == ({"sort": "number"}, ["action", "colour"])
    assert await counts(desk) == {}


async def test_what_the_queue_does_not_know_is_not_saved(desk: Any) -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"action": "polish"},
        {"sort": "colour"},
        {"colour": "red"},
        {"who": "anybody"},
    )
    for wrong in wrongs:
        assert (await create(desk, "Faux", **wrong)).status_code == 422

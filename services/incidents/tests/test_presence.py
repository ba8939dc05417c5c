"""Who of SQP is at an incident and who writes there: for forty seconds after the last sign, for SQP's eyes alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.incidents.tests.agents import CAMILLE, SQP_BASIC, known
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.desk import PresenceChanged
from incidents.presence import service
from web.clock import PARIS

TEN = datetime(2026, 5, 19, 10, tzinfo=PARIS)


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    at(TEN)
    await desk.register()
    for who in (SQP, CAMILLE, SQP_BASIC):
        await known(desk, who)
    return desk


async def look(desk: Any, number: str, by: Any = SQP, page: UUID | None = None, *, writes: bool = False) -> Any:
    answer = await desk.as_(by).put(f"/desk/{number}/presence/{page or by.user_id}", json={"writes": writes})
    assert answer.status_code == 200, answer.text
    return [(each["name"], each["writes"], each["is_me"]) for each in answer.json()["people"]]


async def seen(desk: Any, number: str, by: Any = SQP) -> list[tuple[str, bool]]:
    answer = await desk.as_(by).get("/desk/presence")
    assert answer.status_code == 200, answer.text
    found = {each["number"]: each["people"] for each in answer.json()["items"]}
    return [(each["name"], each["writes"]) for each in found.get(number, [])]


async def told(desk: Any, number: str) -> int:
    return len([each for each in await desk.harness.told(PresenceChanged) if each.number == number])


async def test_colleagues_see_who_looks_and_who_writes_who_writes_first(shop: Any) -> None:
    number = await shop.declare()
    assert await look(shop, number) == [(SQP.name, False, True)]
    assert await look(shop, number, CAMILLE, writes=True) == [("Camille Durand", True, True), (SQP.name, False, False)]
    assert await seen(shop, number) == [("Camille Durand", True), (SQP.name, False)]


async def test_who_only_reads_at_sqp_sees_it_and_is_seen(shop: Any) -> None:
    number = await shop.declare()
    await look(shop, number)
    assert len(await look(shop, number, SQP_BASIC)) == 2


async def test_forty_seconds_without_a_sign_and_the_page_is_gone_though_nobody_said_so(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await look(shop, number, writes=True)
    at(TEN + timedelta(seconds=39))
    assert await seen(shop, number, CAMILLE) == [(SQP.name, True)]
    at(TEN + timedelta(seconds=40))
    assert await seen(shop, number, CAMILLE) == []


async def test_each_sign_counts_from_its_own_moment(shop: Any, at: Any) -> None:
    number = await shop.declare()
    for seconds in (0, 30, 60):
        at(TEN + timedelta(seconds=seconds))
        await look(shop, number)
    at(TEN + timedelta(seconds=99))
    assert await seen(shop, number) == [(SQP.name, False)]


async def test_a_person_with_two_pages_counts_once_and_writes_if_one_of_them_does(shop: Any) -> None:
    number, first, second = await shop.declare(), uuid4(), uuid4()
    await look(shop, number, page=first, writes=True)
    await look(shop, number, page=second)
    assert await seen(shop, number) == [(SQP.name, True)]
    await shop.as_(SQP).delete(f"/desk/{number}/presence/{first}")
    assert await seen(shop, number) == [(SQP.name, False)]
    await shop.as_(SQP).delete(f"/desk/{number}/presence/{second}")
    assert await seen(shop, number) == []


async def test_nobody_ends_anothers_presence(shop: Any) -> None:
    number, page = await shop.declare(), uuid4()
    await look(shop, number, page=page)
    assert (await shop.as_(CAMILLE).delete(f"/desk/{number}/presence/{page}")).status_code == 204
    assert await seen(shop, number) == [(SQP.name, False)]


async def test_a_page_that_goes_on_to_another_incident_is_at_that_one_alone(shop: Any) -> None:
    first, second, page = await shop.declare(), await shop.declare(), uuid4()
    await look(shop, first, page=page)
    await look(shop, second, page=page)
    assert (await seen(shop, first), await seen(shop, second)) == ([], [(SQP.name, False)])


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"organisation_id": uuid4()}])
async def test_who_lost_the_rights_is_gone_at_once(shop: Any, change: Any) -> None:
    number = await shop.declare()
    await look(shop, number, CAMILLE, writes=True)
    await known(shop, CAMILLE, version=2, **change)
    assert await seen(shop, number) == []


async def test_pages_are_told_only_when_something_changed_and_without_names(shop: Any, at: Any) -> None:
    number = await shop.declare()
    for seconds, writes in ((0, False), (15, False), (30, True), (45, True), (60, False), (120, False)):
        at(TEN + timedelta(seconds=seconds))
        await look(shop, number, writes=writes)
    # Came, writes, writes no more; came back after the lid was opened again.
    assert await told(shop, number) == 4
    for _ in range(2):
        await shop.as_(SQP).delete(f"/desk/{number}/presence/{SQP.user_id}")
    assert await told(shop, number) == 5
    [event, *_] = await shop.harness.told(PresenceChanged)
    assert set(event.model_dump()) == {"version", "number", "at"}


async def test_what_is_over_is_taken_out_of_the_table(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await look(shop, number, page=(gone := uuid4()))
    at(TEN + timedelta(seconds=30))
    await look(shop, number, page=(here := uuid4()))
    at(TEN + timedelta(seconds=50))
    async with shop.harness.service.database.transaction() as session:
        await service.expire(session)
        kept = set((await session.scalars(text("SELECT page_id FROM presences"))).all())
    assert here in kept
    assert gone not in kept


@pytest.mark.parametrize(
    "stranger", [RESELLER, CLIENT, back_office("incidents:read")], ids=["reseller", "client", "program"]
)
async def test_sqps_people_alone_see_it_and_say_it(shop: Any, stranger: Any) -> None:
    number = await shop.declare()
    await look(shop, number, writes=True)
    http = shop.as_(stranger)
    answers = [
        await http.get("/desk/presence"),
        await http.put(f"/desk/{number}/presence/{uuid4()}", json={"writes": False}),
        await http.delete(f"/desk/{number}/presence/{SQP.user_id}"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert await seen(shop, number) == [(SQP.name, True)]


async def test_an_incident_that_there_is_not_has_nobody(shop: Any) -> None:
    answer = await shop.as_(SQP).put(f"/desk/20010101/presence/{uuid4()}", json={"writes": False})
    assert (answer.status_code, answer.json()["code"]) == (404, "incident_not_found")


def test_the_moment_is_the_servers(shop: Any) -> None:
    """A page says nothing of time: a clock that is wrong changes nothing."""
    fields = shop.harness.app.openapi()["components"]["schemas"]["PresencePut"]["properties"]
    assert set(fields) == {"writes"}

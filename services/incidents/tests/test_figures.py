"""Figures of dashboards: each is the total of the list of the same words, at once and whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, back_office, person
from events import organisation_id
from web import clock
from web.clock import PARIS

BACK_OFFICE = back_office("incidents:read")
SERIALS = count(1)


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    """Tuesday 19 May 2026 at ten; 29962 is REV-0001's, 30000 REV-0002's, and both promise J+1."""
    at(paris("2026-05-19 10:00"))
    await desk.register()
    await desk.organisation("reseller", "REV-0002", "Autre revendeur")
    other = desk.party("reseller", "REV-0002", "Autre revendeur")
    await desk.register(number="30000", reseller=other, client=None)
    return desk


async def figures(desk: Any, by: Any = SQP) -> Any:
    answer = await desk.as_(by).get("/incidents/figures")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def total(desk: Any, path: str, by: Any = SQP, **asked: Any) -> int:
    answer = await desk.as_(by).get(path, params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"]) == answer.json()["total"]
    return int(answer.json()["total"])


async def assert_each_is_its_list(desk: Any, by: Any = SQP) -> Any:
    found = await figures(desk, by)
    listed = {(each["status"], each["age"]): each["count"] for each in found["open"]}
    for status in ("new", "in_diagnosis", "pending", "exchange"):
        for age in ("today", "days", "week", "month", "older"):
            there = await total(desk, "/incidents", by, status=status, age=age, open=True)
            assert listed.get((status, age), 0) == there, (status, age)
    assert sum(listed.values()) == await total(desk, "/incidents", by, open=True)
    for stage, number in found["exchanges"].items():
        assert number == await total(desk, "/exchanges", by, stage=stage), stage
    for answer, number in (found["answers"] or {}).items():
        within = {"declared_within": found["days"]}
        assert number == await total(desk, "/incidents", by, answer=answer, **within), answer
    for state, number in (found["promises"] or {}).items():
        within = {"promised_within": found["days"]}
        assert number == await total(desk, "/incidents", by, promise=state, **within), state
    for each in found["resellers"] or []:
        of = {"reseller_id": each["reseller_id"]}
        assert each["open"] == await total(desk, "/incidents", by, open=True, **of)
        assert each["overdue"] == await total(desk, "/exchanges", by, stage="overdue", **of)
    return found


async def test_the_age_of_what_is_open_goes_by_days_in_paris_and_moves_at_midnight_by_itself(
    shop: Any, at: Any
) -> None:
    at(paris("2026-05-19 23:59"))
    await shop.declare()
    ages = []
    for moment in ("19 23:59", "20 00:00", "21 23:59", "22 00:00", "26 23:59", "27 00:00"):
        at(paris(f"2026-05-{moment}"))
        ages.append((await figures(shop))["open"])
    at(paris("2026-06-19 00:00"))
    ages.append((await assert_each_is_its_list(shop))["open"])
    assert [[(each["age"], each["count"]) for each in found] for found in ages] == [
        [(age, 1)] for age in ("today", "days", "days", "week", "week", "month", "older")
    ]


async def test_the_first_answer_is_the_first_word_to_the_reseller_and_no_note_or_move_in_silence(
    shop: Any, at: Any
) -> None:
    quick, slow, silent, gone = [await shop.declare() for _ in range(4)]
    at(paris("2026-05-19 10:59"))
    await shop.post(quick, "sqp", SQP)
    await shop.post(slow, "internal", SQP)
    await shop.move(slow, "in_diagnosis")
    await shop.move(gone, "cancelled", by=RESELLER)
    assert (await figures(shop))["answers"] == {"hour": 1, "hours": 0, "day": 0, "later": 0, "none": 2}
    at(paris("2026-05-20 09:59"))
    await shop.post(quick, "sqp", SQP)
    await shop.move(slow, "pending", note="Nous attendons.")
    at(paris("2026-05-20 10:00"))
    await shop.post(silent, "sqp", SQP)
    found = await assert_each_is_its_list(shop)
    assert found["answers"] == {"hour": 1, "hours": 0, "day": 1, "later": 1, "none": 0}
    at(paris("2026-06-18 10:00"))
    assert (await figures(shop))["answers"] == {"hour": 0, "hours": 0, "day": 0, "later": 0, "none": 0}


async def test_a_promise_is_missed_once_its_day_is_over_and_kept_or_not_by_its_dispatch(shop: Any, at: Any) -> None:
    kept, missed, paused, _running = [await shop.declare() for _ in range(4)]
    at(paris("2026-05-20 09:00"))
    for number in (kept, missed, paused):
        await shop.move(number, "in_diagnosis")
    await shop.move(kept, "resolved")
    await shop.move(paused, "pending", reason="waiting_client")
    found = await assert_each_is_its_list(shop)
    assert found["promises"] == {"kept": 1, "missed": 0, "running": 2, "paused": 1}
    at(paris("2026-05-21 00:00"))
    found = await assert_each_is_its_list(shop)
    assert found["promises"] == {"kept": 1, "missed": 2, "running": 0, "paused": 1}
    await shop.move(missed, "resolved")
    found = await assert_each_is_its_list(shop)
    assert found["promises"] == {"kept": 1, "missed": 2, "running": 0, "paused": 1}
    at(paris("2026-06-19 00:00"))
    assert set((await figures(shop))["promises"].values()) == {0}


async def test_resellers_stand_in_the_order_of_what_is_open_with_what_they_owe(shop: Any, at: Any) -> None:
    mine = [await shop.declare(), await shop.declare()]
    await shop.declare(by=OTHER_RESELLER, contract_number="30000")
    await shop.move(mine[0], "in_diagnosis", "exchange")
    await shop.exchange(mine[0])
    await shop.step(mine[0], "reserve", serial_number="NEW-F1")
    parcel = await shop.ship(mine[0])
    await shop.news(parcel, "delivered")
    at(paris("2026-07-19 10:00"))
    found = await assert_each_is_its_list(shop)
    shown = [(each["name"], each["open"], each["overdue"]) for each in found["resellers"]]
    assert shown == [("Revendeur Test", 2, 1), ("Autre revendeur", 1, 0)]
    assert found["exchanges"]["overdue"] == 1


async def test_a_resellers_figures_are_its_own_and_no_others(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis", "exchange")
    await shop.exchange(number)
    for _ in range(2):
        await shop.declare(by=OTHER_RESELLER, contract_number="30000")
    at(paris("2026-05-21 10:00"))
    mine, others = (
        await assert_each_is_its_list(shop, RESELLER_BASIC),
        await assert_each_is_its_list(shop, OTHER_RESELLER),
    )
    assert mine["open"] == [{"status": "exchange", "age": "days", "count": 1}]
    assert others["open"] == [{"status": "new", "age": "days", "count": 2}]
    assert (sum(mine["exchanges"].values()), sum(others["exchanges"].values())) == (1, 0)
    for found in (mine, others):
        assert (found["answers"], found["promises"], found["resellers"]) == (None, None, None)
    # Another's id narrows a reseller's list to nothing.
    asked = {"reseller_id": str(organisation_id("reseller", "REV-0002"))}
    assert await total(shop, "/incidents", RESELLER, **asked) == 0
    assert (await figures(shop, BACK_OFFICE))["resellers"] == (await figures(shop))["resellers"]


@pytest.mark.parametrize("who", [CLIENT, person("client", "CLI-0001", "basic")], ids=["administrator", "basic"])
async def test_a_client_has_no_figures_and_does_not_learn_when_sqp_answered(shop: Any, who: Any) -> None:
    await shop.declare()
    assert (await shop.as_(who).get("/incidents/figures")).status_code == 403
    for by in (who, RESELLER):
        assert (await shop.as_(by).get("/incidents", params={"answer": "none"})).status_code == 403
        assert (await shop.as_(by).get("/incidents", params={"declared_within": "367"})).status_code == 422


async def test_what_the_previous_release_left_without_first_answer_is_filled_by_the_job(shop: Any, at: Any) -> None:
    answered, silent = await shop.declare(), await shop.declare()
    at(paris("2026-05-19 11:30"))
    await shop.post(answered, "sqp", SQP)
    at(paris("2026-05-19 18:00"))
    await shop.post(answered, "sqp", SQP)
    before = (await figures(shop))["answers"]
    assert (before["hours"], before["none"]) == (1, 1)
    async with shop.harness.service.database.transaction() as session:
        await session.execute(text("UPDATE desk_items SET answered_at = NULL"))
    assert (await figures(shop))["answers"]["none"] == 2
    await shop.harness.run_job("incidents.fill_first_answers")
    assert (await figures(shop))["answers"] == before
    assert silent


class Life(RuleBasedStateMachine):
    """What people of three sides do in any order, while days pass; ``desk`` and ``loop`` are the test's."""

    desk: ClassVar[Any]
    loop: ClassVar[asyncio.AbstractEventLoop]
    at: ClassVar[Any]

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    @initialize()
    def begin(self) -> None:
        self.numbers: list[str] = []

    @rule()
    def declare(self) -> None:
        mark = f"S{next(SERIALS)}"
        article = self.desk.NAS.model_copy(update={"serial_number": mark})
        self._run(self.desk.register(number=mark.replace("S", "9"), articles=[article]))
        body = {"contract_number": mark.replace("S", "9"), "serial_numbers": [mark]}
        self.numbers.append(self._run(self.desk.declare(**body)))

    @rule(
        status=st.sampled_from(["in_diagnosis", "pending", "exchange", "resolved", "closed", "cancelled"]),
        which=st.integers(0, 9),
        reason=st.sampled_from(["stock", "waiting_client"]),
    )
    def move(self, status: str, which: int, reason: str) -> None:
        if self.numbers:
            more = {"reason": reason} if status == "pending" else {}
            self._run(self.desk.try_move(self.numbers[which % len(self.numbers)], status, **more))

    @rule(which=st.integers(0, 9), by=st.sampled_from([SQP, RESELLER]))
    def write(self, which: int, by: Any) -> None:
        if self.numbers:
            self._run(self.desk.post(self.numbers[which % len(self.numbers)], "sqp", by))

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.at(clock.now() + timedelta(hours=hours))

    @invariant()
    def every_figure_is_its_list(self) -> None:
        self._run(assert_each_is_its_list(self.desk))

    @invariant()
    def the_first_answer_that_is_kept_is_the_first_that_there_is(self) -> None:
        kept = self._run(self._answered())
        self._run(self.desk.harness.run_job("incidents.fill_first_answers"))
        assert kept == self._run(self._answered())
        for number, at in kept.items():
            assert at == self._run(self._first_word(number)), number

    async def _answered(self) -> dict[str, datetime | None]:
        async with self.desk.harness.service.database.reader() as reader:
            rows = await reader.execute(text("SELECT incident_number, answered_at FROM desk_items"))
            return dict(tuple(row) for row in rows)

    async def _first_word(self, number: str) -> datetime | None:
        """By what the routes tell of it."""
        http = self.desk.as_(SQP)
        said = (await http.get(f"/incidents/{number}/messages", params={"thread": "sqp"})).json()["items"]
        moved = (await http.get(f"/incidents/{number}/history")).json()["items"]
        last_words = ("resolved", "closed", "rejected", "cancelled")
        words = [each["at"] for each in said if each["author"]["organisation_kind"] == "sqp"]
        by_sqp = [each for each in moved if each["by"]["organisation_kind"] == "sqp"]
        words += [each["at"] for each in by_sqp if each["note"] or each["to"] in last_words]
        return min((datetime.fromisoformat(each) for each in words), default=None)


@pytest.fixture
async def lived(desk: Any, at: Any) -> Any:
    at(paris("2026-05-19 10:00"))
    Life.at = staticmethod(at)
    return desk


async def test_whatever_is_done_in_whatever_order_every_figure_is_its_list(lived: Any) -> None:
    Life.desk, Life.loop = lived, asyncio.get_running_loop()
    bounds = settings(
        max_examples=4,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    await asyncio.to_thread(run_state_machine_as_test, Life, settings=bounds)

"""Any sequence of steps: what ``actions`` offers is taken, all else is refused in words, nothing is undone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime
from itertools import count
from typing import Any, ClassVar, get_args

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from api.incidents.exchange_steps import StepName
from api.incidents.shipments import News
from devkit.harness import CLIENT, RESELLER, SQP
from events.exchange_words import ExchangeType
from incidents.exchanges import standing
from web.clock import PARIS

SERIALS = count(1)
BODIES: dict[StepName, dict[str, Any]] = {
    "reject": {"note": "Non"},
    "cancel": {"note": "Erreur"},
    "out_of_stock": {"expected_on": "2026-06-01"},
    "send_label": {"without_statement": "Vu par téléphone"},
    "return_lost": {"note": "Perdu"},
    "more_time": {"reason": "Congés"},
    "refuse_disk": {"note": "Sous garantie"},
    "inspect": {"outcome": "as_expected"},
    "settle": {"outcome": "retained"},
    "reverse": {"reason": "fault_gone"},
    "replacement_dead": {"note": "Aucune LED"},
    "claim": {"state": "opened", "maker_number": "R-1"},
}
# Where the cover of a line may go.
COVER = {
    "unchanged": {"unchanged", "in_progress"},
    "in_progress": {"in_progress", "replaced", "returned", "unchanged"},
    "replaced": {"replaced", "returned"},
    "returned": {"returned"},
}


class Walk(RuleBasedStateMachine):
    """``desk`` and ``loop`` are the test's: rules run in a thread beside it."""

    desk: ClassVar[Any]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def _line(self) -> dict[str, Any]:
        line: dict[str, Any] = self._run(self.desk.line(self.number))
        return line

    def _shared(self) -> dict[str, Any]:
        """What is not SQP's alone, and that no parcel tells by itself."""
        line: dict[str, Any] = self._run(self.desk.line(self.number, by=CLIENT))
        return {name: value for name, value in line.items() if name != "shipments"}

    @initialize(type_=st.sampled_from(get_args(ExchangeType)))
    def begin(self, type_: ExchangeType) -> None:
        mark = next(SERIALS)
        article = self.desk.NAS.model_copy(update={"serial_number": f"FAULTY{mark}"})
        self._run(self.desk.register(number=f"{mark}", articles=[article]))
        declare = self.desk.declare(contract_number=f"{mark}", serial_numbers=[f"FAULTY{mark}"])
        self.number: str = self._run(declare)
        self._run(self.desk.exchange(self.number, f"FAULTY{mark}", by=RESELLER, type=type_))
        self.seen, self.shared = self._line(), self._shared()

    @rule(step=st.sampled_from(get_args(StepName)), by=st.sampled_from([SQP, SQP, SQP, RESELLER, CLIENT]))
    def step(self, step: StepName, by: Any) -> None:
        offered = step in self._run(self.desk.line(self.number, by=by))["actions"]
        body = {"serial_number": f"NEW{next(SERIALS)}"} if step == "reserve" else BODIES.get(step, {})
        answer = self._run(self.desk.try_step(self.number, step, by=by, **body))
        # Of a claim the state that follows depends on the one before; opened once, it is not opened again.
        if step == "claim" and offered and self.seen["claim"]:
            assert answer.status_code == 409
        elif offered:
            assert answer.status_code == 200, answer.text
        else:
            assert answer.status_code in (403, 409), answer.text
            assert answer.json()["title"]

    @rule(ships=st.booleans())
    def parcel(self, ships: bool) -> None:
        line = self._line()
        body = {"lines": [1], "carrier": "dpd", "shipped": ships}
        answer = self._run(self.desk.as_(SQP).post(f"/incidents/{self.number}/shipments", json=body))
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            assert line["decision"] == "approved"
            assert line["type"] in standing.SHIPS
            assert not ships or line["type"] not in standing.AFTER_RECEIPT or not line["return"]["is_awaited"]

    @rule(news=st.sampled_from((*get_args(News), "recalled")), which=st.integers(0, 3))
    def news(self, news: str, which: int) -> None:
        parcels = self._line()["shipments"]
        if not parcels:
            return
        parcel = parcels[which % len(parcels)]
        answer = self._run(self.desk.news(parcel["id"], news))
        if news == "recalled":
            assert answer.status_code == (200 if parcel["may_recall"] else 409), answer.text
            return
        assert answer.status_code in ((200, 409) if news in parcel["actions"] else (409,)), answer.text

    @invariant()
    def nothing_is_undone(self) -> None:
        if not hasattr(self, "seen"):
            return
        line, before = self._line(), self.seen
        assert line["timeline"][: len(before["timeline"])] == before["timeline"]
        assert line["cover"] in COVER[before["cover"]]
        assert line["version"] >= before["version"]
        shared = self._shared()
        assert (shared["version"] > self.shared["version"]) or shared == self.shared
        assert line["decision"] != "closed" or line["return_state"] in ("not_required", "inspected", "settled")
        assert line["cover"] != "replaced" or (line["replaced_on"] and line["replacement"])
        self.seen, self.shared = line, shared

    @invariant()
    def every_line_stands_in_one_stage(self) -> None:
        """The counts are the database's, the stage of a row is the machine's."""
        found = self._run(self.desk.as_(SQP).get("/exchanges", params={"limit": 200})).json()
        stages = Counter(row["stage"] for row in found["items"])
        assert {stage: count for stage, count in found["counts"].items() if count} == dict(stages)
        assert sum(found["counts"].values()) == found["total"] == len(found["items"])

    @invariant()
    def a_line_is_no_further_than_its_parcels(self) -> None:
        if not hasattr(self, "seen"):
            return
        line = self._line()
        parcels = [parcel for parcel in line["shipments"] if parcel["direction"] == "outbound"]
        live = {parcel["state"] for parcel in parcels} & {"prepared", "shipped", "delivered"}
        if line["dispatch"] == "prepared":
            assert live == {"prepared"}
        if line["decision"] == "approved" and live == {"delivered"} and line["cover"] == "in_progress":
            assert len({parcel["state"] for parcel in parcels}) > 1, "the cover waits for nothing"

    @invariant()
    def one_way_back_at_most_is_awaited(self) -> None:
        if not hasattr(self, "seen"):
            return
        line = self._line()
        backs = [back for back in (line["return"], line["replacement_return"]) if back and back["is_awaited"]]
        assert len(backs) <= 1
        assert line["due_on"] == (backs[0]["due_on"] if backs else None)
        assert ("close" in line["actions"]) == (line["stage"] == "to_close")


@pytest.fixture
async def ready(desk: Any, at: Any) -> Any:
    at(datetime(2026, 5, 19, 10, tzinfo=PARIS))
    return desk


async def test_whatever_is_tried_on_a_line_is_taken_or_refused_in_words(ready: Any) -> None:
    Walk.desk, Walk.loop = ready, asyncio.get_running_loop()
    bounds = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        # Shrinking would make more lines than a page of them has.
        phases=[Phase.generate],
    )
    await asyncio.to_thread(run_state_machine_as_test, Walk, settings=bounds)

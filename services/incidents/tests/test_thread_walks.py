"""Any sequence of what people do on two incidents of one product: no word of a thread reaches a side that it is not
for, and none reaches another tenant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from itertools import count
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    back_office,
    person,
)
from web.auth.principal import Principal

NUMBERS = count(1)
SQP_BASIC = person("sqp", "SQP", "basic")
# Every text and every file of a thread has its word in it.
WORDS = {"client": "okapi", "sqp": "quagga", "internal": "zebre"}
THREADS = st.sampled_from(sorted(WORDS))
WRITERS = st.sampled_from([SQP, RESELLER, CLIENT])
INCIDENTS = st.integers(0, 1)
STATUSES = ("acknowledged", "in_diagnosis", "pending", "resolved", "new")
# Whom a thread is not for.
OUTSIDE: dict[str, tuple[Principal, ...]] = {
    "client": (SQP, SQP_BASIC, back_office("incidents:read")),
    "sqp": (CLIENT, CLIENT_BASIC),
    "internal": (CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, back_office("incidents:read")),
}
STRANGERS = (OTHER_RESELLER, OTHER_CLIENT)
ALLOWED = (200, 201, 204, 403, 404, 409, 422)


class Walk(RuleBasedStateMachine):
    """``desk`` and ``loop`` are the test's: rules run in a thread beside it."""

    desk: ClassVar[Any]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def _ask(self, by: Principal, method: str, path: str, body: Any = None) -> Any:
        http = self.desk.as_(by, **{"If-Match": "*"})
        answer = self._run(http.request(method, path, json=body))
        assert answer.status_code in ALLOWED, answer.text
        return answer

    @initialize()
    def begin(self) -> None:
        self.numbers = [self._run(self.desk.declare(by=by)) for by in (RESELLER, CLIENT)]
        self.pending: list[tuple[str, str]] = []

    @rule(which=INCIDENTS, thread=THREADS, by=WRITERS, has_file=st.booleans())
    def write(self, which: int, thread: str, by: Principal, has_file: bool) -> None:
        number, word = self.numbers[which], f"{WORDS[thread]} {next(NUMBERS)}"
        files = [uuid4()] if has_file else []
        body = {"body": word, "file_ids": [str(each) for each in files]}
        if self._ask(by, "POST", f"/incidents/{number}/messages?thread={thread}", body).status_code == 201:
            for file in files:
                self._run(self.desk.bound(number, thread, file, by, name=f"{word}.txt"))

    @rule(which=INCIDENTS, thread=THREADS)
    def hold(self, which: int, thread: str) -> None:
        number, body = self.numbers[which], {"body": f"{WORDS[thread]} {next(NUMBERS)}"}
        answer = self._ask(SQP, "POST", f"/incidents/{number}/messages?thread={thread}&undoable=true", body)
        if answer.status_code == 201:
            self.pending.append((number, answer.json()["id"]))

    @rule()
    def undo(self) -> None:
        if self.pending:
            number, message = self.pending.pop()
            self._ask(SQP, "DELETE", f"/incidents/{number}/pending-messages/{message}")

    @rule(which=INCIDENTS, thread=THREADS, by=WRITERS)
    def draft(self, which: int, thread: str, by: Principal) -> None:
        content = {"content": {"body": f"{WORDS[thread]} {next(NUMBERS)}"}}
        self._ask(by, "PUT", f"/incidents/{self.numbers[which]}/draft?thread={thread}", content)

    @rule(which=INCIDENTS, status=st.sampled_from(STATUSES))
    def move(self, which: int, status: str) -> None:
        more = {"reason": "stock"} if status == "pending" else {}
        self._ask(SQP, "POST", f"/incidents/{self.numbers[which]}/status", {"status": status, **more})

    @rule(which=INCIDENTS, act=st.sampled_from(["take", "release", "settle", "remind", "skip"]))
    def work(self, which: int, act: str) -> None:
        self._ask(SQP, "POST", f"/desk/{self.numbers[which]}/{act}")

    @rule(which=INCIDENTS, parts=st.booleans())
    def merge(self, which: int, parts: bool) -> None:
        number, target = self.numbers[which], self.numbers[1 - which]
        if parts:
            self._ask(SQP, "DELETE", f"/desk/{number}/merge")
        else:
            self._ask(SQP, "POST", f"/desk/{number}/merge", {"number": target})

    @rule()
    def later(self) -> None:
        self._run(self.desk.harness.run_jobs())

    def teardown(self) -> None:
        if not hasattr(self, "numbers"):
            return
        for thread, word in WORDS.items():
            for who in (*OUTSIDE[thread], *STRANGERS):
                for path in self._paths(word):
                    answer = self._run(self.desk.as_(who).get(path))
                    assert answer.status_code < 500
                    assert word not in answer.text, (who.name, path)
        for event in self._run(self.desk.harness.told()):
            said = json.dumps(event.model_dump(mode="json"))
            found = {thread for thread, word in WORDS.items() if word in said}
            assert found <= {getattr(event, "thread", None), getattr(event, "scope", None)} - {"internal"}, said

    def _paths(self, word: str) -> list[str]:
        # A page repeats what it was asked for, and a word is found by its beginning.
        asked = word[:-1]
        listed = ["/incidents", f"/incidents?q={asked}", "/exchanges", "/desk", "/desk/due", "/audit/incidents"]
        listed += [f"/incidents/texts?q={asked}&part={part}" for part in ("message", "file", "declaration")]
        listed += ["/backoffice/incidents/changes?after=0"]
        for number in self.numbers:
            listed += [f"/incidents/{number}", f"/incidents/{number}/history", f"/desk/{number}"]
            for thread in WORDS:
                listed += [f"/incidents/{number}/{part}?thread={thread}" for part in ("messages", "draft")]
                listed += [f"/incidents/{number}/pending-messages?thread={thread}"]
        return listed


@pytest.fixture
async def staffed(open_desk: Any) -> Any:
    for who in (SQP, RESELLER, CLIENT):
        await open_desk.user(who)
    return open_desk


async def test_no_sequence_of_actions_shows_a_thread_to_whom_it_is_not_for(staffed: Any) -> None:
    Walk.desk, Walk.loop = staffed, asyncio.get_running_loop()
    bounds = settings(
        max_examples=8,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=[Phase.generate],
    )
    await asyncio.to_thread(run_state_machine_as_test, Walk, settings=bounds)

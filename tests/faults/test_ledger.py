"""The ledger claims no more of a write than its answers say, and repeats what a client may repeat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.faults import ledger
from tests.faults.ledger import Ledger, Outcome

from demonstration.caller import Refused

UNAVAILABLE = Refused(503, {"status": 503, "code": "unavailable"})
IN_FLIGHT = Refused(409, {"status": 409, "code": "request_in_flight"})
TAKEN = Refused(409, {"status": 409, "code": "conflict"})
INVALID = Refused(422, {"status": 422, "code": "invalid"})


def answering(*answers: Exception | str) -> Callable[[], Awaitable[Any]]:
    left = list(answers)

    async def send() -> Any:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return send


@pytest.mark.parametrize(
    ("answers", "outcome", "attempts"),
    [
        (("done",), "accepted", 1),
        ((INVALID,), "refused", 1),
        ((TAKEN,), "refused", 1),
        ((UNAVAILABLE, "done"), "accepted", 2),
        ((ConnectionResetError(), IN_FLIGHT, "done"), "accepted", 3),
        ((ConnectionResetError(), INVALID), "unknown", 2),
        ((UNAVAILABLE, TAKEN), "unknown", 2),
    ],
)
async def test_a_write_with_a_key_is_sent_until_it_is_answered(
    answers: tuple[Exception | str, ...], outcome: Outcome, attempts: int
) -> None:
    found = Ledger()
    await found.keyed("declare", "D1", answering(*answers))
    [write] = found.writes
    assert (write.outcome, write.attempts) == (outcome, attempts)


async def test_a_write_that_is_never_answered_is_given_up_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", 0.3)
    found = Ledger()
    await found.keyed("declare", "D1", answering(*[UNAVAILABLE] * 20))
    assert found.writes[0].outcome == "unknown"


async def test_a_write_without_a_key_is_sent_once() -> None:
    found = Ledger()
    assert not await found.once("forget", "a@sqp.example", answering(ConnectionResetError()))
    assert await found.once("forget", "b@sqp.example", answering("done"))
    assert [write.outcome for write in found.writes] == ["unknown", "accepted"]

"""The one decision after a failure, for events and jobs on either bus."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.retry_policy import (
    Acknowledge,
    DatabaseAway,
    Decision,
    Forged,
    NotYet,
    Pause,
    PermanentFailure,
    RetryAfter,
    ToDeadLetters,
    decide,
)

LADDER = (timedelta(seconds=5), timedelta(minutes=5))


@pytest.mark.parametrize(
    ("error", "attempts", "decision"),
    [
        (OSError(), 0, RetryAfter(LADDER[0])),
        (NotYet(), 1, RetryAfter(LADDER[1])),
        (OSError(), 2, ToDeadLetters()),
        (OSError(), 99, ToDeadLetters()),
        (PermanentFailure(), 0, ToDeadLetters()),
        (Forged(), 0, Acknowledge()),
        (DatabaseAway(), 99, Pause()),
    ],
    ids=["first", "expected", "last", "beyond", "permanent", "forged", "away"],
)
def test_a_failure_has_one_consequence(error: Exception, attempts: int, decision: Decision) -> None:
    assert decide(error, attempts, LADDER) == decision

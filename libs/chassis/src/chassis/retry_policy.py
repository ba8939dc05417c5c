"""What follows a failure of an event or a job: decided here once, executed by whatever carries it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


class PermanentFailure(Exception):
    """Retrying cannot help: the event goes to the dead letters at once."""


class Forged(Exception):
    """Published by another service than its type names. Never a dead letter: a replay would vouch for it."""


class DatabaseAway(Exception):
    """The event is not at fault: stop consuming until the database answers."""


class NotYet(Exception):
    """Expected where no order is assumed: what the event speaks of is still on its way. The consumer tries again soon,
    then the ladder brings it back."""


@dataclass(frozen=True)
class Acknowledge:
    """Nothing more is done about it."""

    outcome: ClassVar[str] = "forged"


@dataclass(frozen=True)
class RetryAfter:
    delay: timedelta
    outcome: ClassVar[str] = "retried"


@dataclass(frozen=True)
class ToDeadLetters:
    """Kept for an operator to replay or drop."""

    outcome: ClassVar[str] = "dead"


@dataclass(frozen=True)
class Pause:
    """Neither acknowledged nor counted as an attempt: begin again once the database answers."""

    outcome: ClassVar[str] = "database_away"


Decision = Acknowledge | RetryAfter | ToDeadLetters | Pause


def decide(error: Exception, attempts: int, ladder: Sequence[timedelta]) -> Decision:
    """``attempts`` were made before the one that failed with ``error``; ``ladder`` is the delay after each."""
    if isinstance(error, DatabaseAway):
        return Pause()
    if isinstance(error, Forged):
        return Acknowledge()
    if isinstance(error, PermanentFailure) or attempts >= len(ladder):
        return ToDeadLetters()
    return RetryAfter(ladder[attempts])


def log_decision(log: logging.Logger, taker: str, identifier: object, error: Exception, decision: Decision) -> None:
    """A failure with its traceback, an expected wait in one quiet line. A pause is logged by the carrier, once."""
    match decision:
        case Acknowledge():
            log.error("%s takes no notice of %s: %s", taker, identifier, error)
        case ToDeadLetters():
            log.error("%s gives %s up", taker, identifier, exc_info=error)
        case RetryAfter() if isinstance(error, NotYet):
            log.info("%s keeps %s for later: %s: %s", taker, identifier, type(error).__name__, error)
        case RetryAfter():
            log.warning("%s tries %s again later", taker, identifier, exc_info=error)


def reason(error: Exception) -> str:
    """What an operator reads beside a dead letter."""
    return f"{type(error).__name__}: {error}"[:500]

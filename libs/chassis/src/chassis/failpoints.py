"""Named crash points. ``CRASH_POINT=outbox.after_publish`` kills the process there, as a power cut would."""

from __future__ import annotations

import os
import signal

CRASH_POINT = "CRASH_POINT"

POINTS = frozenset(
    {
        "outbox.before_commit",
        "outbox.after_commit",
        "relay.after_publish",
        "relay.after_confirm",
        "consumer.before_inbox",
        "consumer.after_inbox",
        "consumer.after_commit",
        "api.after_commit",
    }
)


class UnknownPoint(ValueError):
    """A fault test with a misspelt point would pass without any fault."""


_passes: dict[str, int] = {}


def crash_point(name: str) -> None:
    """Dies by SIGKILL at the pass that the environment names (``name`` or ``name:3`` for the third)."""
    wanted = os.environ.get(CRASH_POINT)
    if not wanted:
        return
    point, _, count = wanted.partition(":")
    if point not in POINTS:
        raise UnknownPoint(point)
    if point != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] >= int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)

"""What each write was answered, and so what must be there in the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import aiohttp

from demonstration.caller import Refused

Outcome = Literal["accepted", "refused", "unknown"]

# Answered so, a request is sent again under its key, as a client does: the platform is away, or busy with it.
AGAIN = frozenset({401, 409, 429, 500, 502, 503, 504})
UNSURE = frozenset({500, 502, 503, 504})
PATIENCE = 90.0
LONGEST_PAUSE = 4.0


@dataclass
class Write:
    """``mark`` is found nowhere but in what this write leaves. ``accepted`` must exist once, ``refused`` nowhere,
    ``unknown`` once at most. ``attempts`` counts the requests that may each have been taken."""

    kind: str
    mark: str
    at: float
    outcome: Outcome = "unknown"
    attempts: int = 0
    answered_at: float = 0.0


@dataclass
class Ledger:
    writes: list[Write] = field(default_factory=list)
    # When an answer came, after how many seconds, and its status (0: none came).
    answers: list[tuple[float, float, int]] = field(default_factory=list)

    async def keyed(self, kind: str, mark: str, send: Callable[[], Awaitable[Any]]) -> Any:
        """Sends until it is answered, as the same key makes that safe; the answer, or None."""
        write = self._begin(kind, mark)
        unsure, pause = False, 0.25
        while True:
            status, answer = await self._send(write, send)
            if status < 300 and status != 0:
                write.outcome, write.answered_at = "accepted", time.time()
                return answer
            unsure = unsure or status == 0 or status in UNSURE
            is_over = time.time() > write.at + PATIENCE
            if status != 0 and (status not in AGAIN or _is_final(answer)):
                write.outcome = "unknown" if unsure else "refused"
                return None
            if is_over:
                return None
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def once(self, kind: str, mark: str, send: Callable[[], Awaitable[Any]]) -> bool:
        """One request without a key: whether it was accepted."""
        write = self._begin(kind, mark)
        status, _ = await self._send(write, send)
        if status != 0 and status not in UNSURE:
            write.outcome = "accepted" if status < 300 else "refused"
            write.answered_at = time.time()
        return write.outcome == "accepted"

    def of(self, kind: str) -> list[Write]:
        return [write for write in self.writes if write.kind == kind]

    def longest_gap(self, begin: float, end: float) -> float:
        """The longest time without an accepted write, in seconds."""
        at = sorted(w.answered_at for w in self.writes if w.outcome == "accepted" and begin <= w.answered_at <= end)
        moments = [begin, *at, end]
        return max(later - earlier for earlier, later in pairwise(moments))

    def slowest(self, begin: float, end: float) -> float:
        """99 of 100 answers came within so many seconds."""
        took = sorted(seconds for at, seconds, _ in self.answers if begin <= at <= end)
        return took[int(len(took) * 0.99)] if took else 0.0

    def _begin(self, kind: str, mark: str) -> Write:
        write = Write(kind, mark, time.time())
        self.writes.append(write)
        return write

    async def _send(self, write: Write, send: Callable[[], Awaitable[Any]]) -> tuple[int, Any]:
        """The status and the answer; 0 when none came."""
        begun = time.time()
        write.attempts += 1
        try:
            status, answer = 200, await send()
        except Refused as refused:
            status, answer = refused.status, refused.problem
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            status, answer = 0, None
        self.answers.append((time.time(), time.time() - begun, status))
        return status, answer


def _is_final(problem: Any) -> bool:
    """A conflict that no repetition ends."""
    found = problem if isinstance(problem, dict) else {}
    return found.get("status") == 409 and found.get("code") != "request_in_flight"

"""Token buckets in memory: how often a caller may ask.

Each gateway process counts for itself: with N of them a caller gets up to N times the rate. It protects the platform
from a runaway client; identity counts attempts at passwords for itself, in its database.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

from web.errors import TooManyRequests


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Throttle:
    """``rate`` requests a second in the long run, ``burst`` at once, for each of the ``principals`` seen last."""

    def __init__(self, rate: float, burst: int, principals: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._buckets: LRUCache[str, _Bucket] = LRUCache(principals)
        self._now = now

    def take(self, principal: str) -> None:
        """Counts one request; raises TooManyRequests with the seconds after which one will pass."""
        now = self._now()
        bucket = self._buckets.get(principal)
        if bucket is None:
            self._buckets[principal] = _Bucket(self._burst - 1, now)
            return
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1:
            raise TooManyRequests(retry_after=math.ceil((1 - bucket.tokens) / self._rate))
        bucket.tokens -= 1

    def __len__(self) -> int:
        return len(self._buckets)

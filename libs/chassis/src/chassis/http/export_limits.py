"""How many exports are under way, in every service: also in one that exports nothing and holds no Excel library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from web.errors import TooManyRequests

# At once, of one caller: a person who opens two has not waited for the first.
MOST_OF_ONE: Final = 2
# Until when a refused one is asked for again, in seconds.
RETRY_AFTER: Final = 10


class Exports:
    """How many are under way in this process. Each holds a connection of the database as long as its reader takes, so
    that together they must leave some for every other request."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, caller: str) -> Iterator[None]:
        """Raises TooManyRequests."""
        if self._taken[caller] >= MOST_OF_ONE or self._taken.total() >= self._most:
            raise TooManyRequests(retry_after=RETRY_AFTER)
        self._taken[caller] += 1
        try:
            yield
        finally:
            self._taken -= Counter((caller,))

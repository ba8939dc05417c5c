"""How many streams one person may hold open in one process."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from notifications import auth
from notifications.errors import TooManyStreams

RETRY_AFTER = 60


class Places:
    """Each person has ``most`` places. A place is taken in one step, so that requests that come together cannot all
    find the last one free."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[UUID] = Counter()

    @contextmanager
    def one(self, user_id: UUID) -> Iterator[None]:
        """Raises TooManyStreams."""
        if self._taken[user_id] >= self._most:
            raise TooManyStreams(retry_after=RETRY_AFTER)
        self._taken[user_id] += 1
        try:
            yield
        finally:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]


async def _place(request: Request, principal: auth.Person) -> AsyncIterator[None]:
    places: Places = request.app.state.resources.hub.places
    assert principal.user_id is not None
    with places.one(principal.user_id):
        yield


# Held until the answer has been sent. A route names it before its Reader: a refusal must not wait for the database.
Place = Annotated[None, Depends(_place, scope="request")]

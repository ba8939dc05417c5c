"""The API's lifespan: the store may come later than the service."""

from __future__ import annotations

import asyncio

import pytest

from chassis.storage.interface import StorageAway
from files import bootstrap


class LateStore:
    """Away for the first ``misses`` calls."""

    def __init__(self, misses: int) -> None:
        self.misses = misses
        self.ensured = asyncio.Event()
        self.closed = False

    async def ensure(self) -> None:
        if self.misses:
            self.misses -= 1
            raise StorageAway
        self.ensured.set()

    async def close(self) -> None:
        self.closed = True


async def test_a_store_that_comes_later_is_made_ready_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "STORE_PAUSE", 0.01)
    store = LateStore(misses=3)
    async with bootstrap._ready(store):  # type: ignore[arg-type]  # a stand-in
        await asyncio.wait_for(store.ensured.wait(), 5)
    assert store.closed


async def test_a_service_whose_store_never_came_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "STORE_PATIENCE", 0.01)
    store = LateStore(misses=1_000_000)
    async with bootstrap._ready(store):  # type: ignore[arg-type]  # a stand-in
        pass
    assert store.closed

"""A stop that comes in the very moment of an answer is still a stop. ``asyncio.wait_for`` of Python 3.11 takes the
answer and forgets the cancellation: its caller then waits for ever."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from chassis.messaging.amqp import Channel

ROOT = Path(__file__).parents[4]
PRODUCT = sorted([*ROOT.glob("libs/*/src"), *ROOT.glob("services/*/src"), ROOT / "gateway/src", ROOT / "portal/src"])
SWALLOWS = re.compile(r"\basyncio\.wait_for\(|\bimport wait_for\b")


async def test_a_reply_does_not_swallow_the_stop_that_comes_with_it() -> None:
    answers: list[Callable[[Any], None]] = []
    raw = MagicMock(is_open=True)
    raw.basic_cancel = lambda _tag, callback: answers.append(callback)
    waiting = asyncio.create_task(Channel(raw).cancel("tag"))
    await asyncio.sleep(0)
    answers[0](None)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("folder", PRODUCT, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_nothing_waits_in_a_way_that_swallows_a_stop(folder: Path) -> None:
    files = list(folder.rglob("*.py"))
    assert files
    assert [file.name for file in files if SWALLOWS.search(file.read_text())] == []

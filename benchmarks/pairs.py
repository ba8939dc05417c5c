"""Alternate runs of ours and a baseline, their medians, and the ratio pair by pair."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

import aiohttp

Measure = Callable[[], Awaitable[float]]


async def compare(unit: str, ours: Measure, baseline: Measure, *, pairs: int = 5) -> None:
    """Prints rates of both and the median of the pairs' ratios; one uncounted pair warms up."""
    await ours()
    await baseline()
    rates = [(await ours(), await baseline()) for _ in range(pairs)]
    show(f"ours      {unit}", [our for our, _ in rates])
    show(f"baseline  {unit}", [base for _, base in rates])
    show("ratio", [our / base for our, base in rates], digits=3)


async def milliseconds(http: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None) -> float:
    """How long one answer took, read to its end. Raises aiohttp.ClientResponseError where it is a refusal."""
    started = time.perf_counter()
    async with http.get(url, headers=headers) as answer:
        answer.raise_for_status()
        await answer.read()
    return 1000 * (time.perf_counter() - started)


def show(label: str, values: list[float], *, digits: int = 0) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(
        f"{label:<28} median {middle:>10,.{digits}f}   min {low:>10,.{digits}f}   max {high:>10,.{digits}f}", flush=True
    )

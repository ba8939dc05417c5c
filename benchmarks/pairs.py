"""Alternate runs of ours and a baseline, their medians, and the ratio pair by pair."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable

Measure = Callable[[], Awaitable[float]]


async def compare(unit: str, ours: Measure, baseline: Measure, *, pairs: int = 5) -> None:
    """Prints rates of both and the median of the pairs' ratios; one uncounted pair warms up."""
    await ours()
    await baseline()
    rates = [(await ours(), await baseline()) for _ in range(pairs)]
    show(f"ours      {unit}", [our for our, _ in rates])
    show(f"baseline  {unit}", [base for _, base in rates])
    show("ratio", [our / base for our, base in rates], digits=3)


def show(label: str, values: list[float], *, digits: int = 0) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(
        f"{label:<28} median {middle:>10,.{digits}f}   min {low:>10,.{digits}f}   max {high:>10,.{digits}f}", flush=True
    )

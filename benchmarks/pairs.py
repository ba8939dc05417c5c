"""Alternate runs of ours and a baseline, their medians, and the ratio pair by pair."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiohttp

from benchmarks import report
from benchmarks.report import Figure

Measure = Callable[[], Awaitable[float]]


async def compare(
    figure: Figure, unit: str, ours: Measure, baseline: Measure, *, pairs: int = 5, is_time: bool = False
) -> None:
    """Prints and reports what both measure and the pairs' ratios; one uncounted pair warms up. ``is_time``: what is
    measured is a time, not a rate."""
    await ours()
    await baseline()
    measured = [(await ours(), await baseline()) for _ in range(pairs)]
    told(figure, unit, measured, is_time=is_time)


def told(figure: Figure, unit: str, measured: Sequence[tuple[float, float]], *, is_time: bool = False) -> None:
    """Of pairs, ours first. The ratio of times is the baseline's to ours where a greater one is better, so that 1 is
    always as good as the baseline."""
    ours, baseline = ([pair[place] for pair in measured] for place in (0, 1))
    inverse = is_time and figure.rises
    ratios = [base / our if inverse else our / base for our, base in measured]
    digits = 0 if min(ours) >= 100 else 1
    print(figure.what, flush=True)
    show(f"ours      {unit}", ours, digits=digits)
    show(f"baseline  {unit}", baseline, digits=digits)
    show("ratio", ratios, digits=3)
    report.put(figure, unit, ours, baseline, ratios)


def bounded(what: str, values: list[float], unit: str, most: float) -> None:
    """Of what is to stay under ``most`` for itself."""
    print(what, flush=True)
    show(f"at most {most:,.0f} {unit}", values, digits=1)
    report.put(Figure(what, "the bound", 1.0, rises=False), unit, values, [most], [value / most for value in values])


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

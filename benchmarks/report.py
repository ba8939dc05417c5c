"""The table of docs/performance.md. A benchmark that is run with ``--write`` puts its rows there, each in place of the
one that it measured before."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
WRITES = "BENCH_WRITES"


@dataclass(frozen=True)
class Figure:
    """What a row says before anything was measured. ``aim`` is the ratio to reach; ``rises``: greater is better."""

    what: str
    against: str
    aim: float | None
    rises: bool = True

    def reached(self, ratio: float) -> str:
        if self.aim is None:
            return "–"
        return "yes" if (ratio >= self.aim if self.rises else ratio <= self.aim) else "no"


def put(figure: Figure, unit: str, ours: Sequence[float], baseline: Sequence[float], ratios: Sequence[float]) -> None:
    """Writes nothing without ``--write``."""
    aim = f"{'≥' if figure.rises else '≤'} {figure.aim:g}" if figure.aim is not None else "–"
    ratio = spread(ratios) if ratios else "–"
    reached = figure.reached(statistics.median(ratios)) if ratios else "–"
    cells = (figure.what, f"{spread(ours)} {unit}", f"{figure.against}: {spread(baseline)}" if baseline else "–",
             ratio, aim, reached)  # fmt: skip
    if os.environ.get(WRITES):
        _write(f"| {figure.what} |", f"| {' | '.join(cells)} |")


def spread(values: Sequence[float]) -> str:
    """The median, and the least and the greatest value."""
    middle, low, high = (_figure(each) for each in (statistics.median(values), min(values), max(values)))
    return middle if low == high else f"{middle} ({low}–{high})"


def _figure(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def _write(begins: str, row: str) -> None:
    lines = PAGE.read_text().splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith("| ")]
    old = next((place for place in places if lines[place].startswith(begins)), None)
    if old is None:
        lines.insert(places[-1] + 1, row)
    else:
        lines[old] = row
    PAGE.write_text("\n".join(lines) + "\n")

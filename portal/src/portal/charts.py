"""Figures as bars: what the SVG and the table beside it are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

# As far as lists count exactly.
EXACT = 10_000
# Pixels: of a row of the drawing, and where in it the bar begins.
ROW, BAR = 36, 17


@dataclass(frozen=True)
class Figure:
    """A count, and the list that has as many rows; without list it is a sum of the others."""

    count: int
    href: str = ""

    @property
    def shown(self) -> str:
        return str(self.count) if self.count <= EXACT else "10 000+"


class Segment(NamedTuple):
    """Per cent of the drawing's width; ``series`` is the pattern's number."""

    series: int
    x: float
    width: float


@dataclass(frozen=True)
class Row:
    label: str
    figures: Sequence[Figure]
    total: Figure
    segments: Sequence[Segment]


@dataclass(frozen=True)
class Chart:
    """``series`` name the figures of a row; ``totals`` are of the columns, where there is more than one series."""

    name: str
    title: str
    axis: str
    series: Sequence[str]
    rows: Sequence[Row]
    totals: Sequence[Figure] = ()
    # How many of the series the bars show.
    drawn: int = 1

    @property
    def height(self) -> int:
        return ROW * len(self.rows)

    @property
    def is_stacked(self) -> bool:
        return len(self.series) > 1

    def fill(self, series: int) -> str:
        """The pattern of the drawing that tells the series apart."""
        return f"url(#{self.name}-{series})"

    @classmethod
    def of(
        cls,
        name: str,
        title: str,
        axis: str,
        series: Sequence[str],
        rows: Sequence[tuple[str, Sequence[Figure], Figure]],
        totals: Sequence[Figure] = (),
    ) -> Chart:
        """The longest bar takes the whole width."""
        most = max((total.count for _, _, total in rows), default=0) or 1
        drawn = [Row(label, figures, total, _segments(figures, most)) for label, figures, total in rows]
        return cls(name, title, axis, series, drawn, totals, len(series))

    @classmethod
    def simple(cls, name: str, title: str, axis: str, unit: str, figures: Mapping[str, Figure]) -> Chart:
        return cls.of(name, title, axis, [unit], [(label, [figure], figure) for label, figure in figures.items()])

    def beside(self) -> Chart:
        """Bars of the first series alone: the others are no parts of the same whole."""
        rows = [replace(row, segments=row.segments[:1] if row.figures[0].count else ()) for row in self.rows]
        return replace(self, rows=rows, drawn=1)


def _segments(figures: Sequence[Figure], most: int) -> list[Segment]:
    found: list[Segment] = []
    before = 0
    for series, figure in enumerate(figures):
        if figure.count:
            found.append(Segment(series, round(100 * before / most, 2), round(100 * figure.count / most, 2)))
        before += figure.count
    return found

"""The promise of dispatch from memory: the rule with a calendar at hand, and the first answer of a process.

The declaration's page asks for it each time, so it must cost less than 1 ms.
"""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from incidents.promises import rule, working_days
from incidents.promises.working_days import WorkingDays

ANSWERS = 5000
CUTOFF = time_of_day(16)
# Three weeks of closures in summer, one at the end of the year.
CLOSED = (*range(25), *range(140, 148))


async def main() -> None:
    closures = [date(2026, 8, 3) + timedelta(days=ahead) for ahead in CLOSED]
    cold = [_cold(year) for year in range(2027, 2047)]
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7 * step) for step in range(ANSWERS)]
    taken = [_taken(moment, WorkingDays.less(closures)) for moment in moments]
    p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    print(f"promise, three windows: {p50:.3f} ms median, {p99:.3f} ms at p99 (must stay under 1 ms)")
    print(f"a year that the process asks for the first time: {statistics.median(cold):.3f} ms")


def _taken(moment: datetime, days: WorkingDays) -> float:
    """Milliseconds of one answer."""
    began = time.perf_counter()
    rule.first_windows(moment, CUTOFF, days, 3)
    return 1000 * (time.perf_counter() - began)


def _cold(year: int) -> float:
    began = time.perf_counter()
    working_days.public_holidays(year)
    return 1000 * (time.perf_counter() - began)

"""The promise of dispatch on the next working day, from a moment, a cut-off and a calendar alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.promises import rule
from incidents.promises.models import Promise
from incidents.promises.terms import Terms
from incidents.promises.working_days import WorkingDays
from web.clock import PARIS

CUTOFF = time(16)
CALENDAR = WorkingDays()


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


def promised(moment: str, *closed: str) -> str:
    days = WorkingDays.less(map(date.fromisoformat, closed))
    return rule.window(paris(moment), CUTOFF, days).dispatch_on.isoformat()


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-05-22 15:59:59", "2026-05-26"),
        ("2026-05-22 16:00:00", "2026-05-27"),
        ("2026-07-13 15:59:00", "2026-07-15"),
        ("2026-07-13 16:00:00", "2026-07-16"),
        ("2026-12-31 15:59:00", "2027-01-04"),
        ("2026-05-13 17:00:00", "2026-05-18"),
        ("2027-04-30 15:00:00", "2027-05-03"),
        ("2026-05-20 00:00:00", "2026-05-21"),
        ("2026-05-23 09:00:00", "2026-05-27"),
    ],
)
def test_the_golden_cases_of_the_domain(start: str, day: str) -> None:
    assert promised(start) == day


def test_the_cut_off_is_that_of_paris_whatever_the_zone_of_the_start() -> None:
    in_time = datetime(2026, 5, 19, 13, 59, 59, 999999, tzinfo=UTC)
    assert rule.window(in_time, CUTOFF, CALENDAR).dispatch_on == date(2026, 5, 20)
    assert rule.window(in_time + timedelta(microseconds=1), CUTOFF, CALENDAR).dispatch_on == date(2026, 5, 21)


@pytest.mark.parametrize(
    ("start", "day"),
    [
        # The clocks go forward on Sunday 29 March 2026, back on Sunday 25 October.
        (datetime(2026, 3, 27, 14, 59, 59, tzinfo=UTC), "2026-03-30"),
        (datetime(2026, 3, 27, 15, 0, 0, tzinfo=UTC), "2026-03-31"),
        (datetime(2026, 3, 30, 13, 59, 59, tzinfo=UTC), "2026-03-31"),
        (datetime(2026, 3, 30, 14, 0, 0, tzinfo=UTC), "2026-04-01"),
        (datetime(2026, 10, 23, 13, 59, 59, tzinfo=UTC), "2026-10-26"),
        (datetime(2026, 10, 23, 14, 0, 0, tzinfo=UTC), "2026-10-27"),
        (datetime(2026, 10, 26, 14, 59, 59, tzinfo=UTC), "2026-10-27"),
        (datetime(2026, 10, 26, 15, 0, 0, tzinfo=UTC), "2026-10-28"),
    ],
)
def test_both_clock_changes_keep_the_cut_off_at_16_of_paris(start: datetime, day: str) -> None:
    assert rule.window(start, CUTOFF, CALENDAR).dispatch_on.isoformat() == day


def test_a_window_over_a_clock_change_closes_at_16_of_paris() -> None:
    over = rule.window(datetime(2026, 10, 24, 12, tzinfo=UTC), CUTOFF, CALENDAR)
    assert over.closes_at.astimezone(UTC) == datetime(2026, 10, 26, 15, tzinfo=UTC)


def test_a_closure_is_neither_a_day_to_start_nor_a_day_to_dispatch() -> None:
    assert promised("2026-05-19 10:00", "2026-05-20") == "2026-05-21"
    assert promised("2026-05-19 10:00", "2026-05-19") == "2026-05-21"


def test_the_windows_follow_each_other_without_a_gap() -> None:
    first, second, third = rule.first_windows(paris("2026-05-13 10:00"), CUTOFF, CALENDAR, 3)
    assert [each.dispatch_on.isoformat() for each in (first, second, third)] == [
        "2026-05-15",
        "2026-05-18",
        "2026-05-19",
    ]
    assert rule.window(first.closes_at, CUTOFF, CALENDAR) == second
    assert rule.window(first.closes_at - timedelta(microseconds=1), CUTOFF, CALENDAR) == first


@pytest.mark.parametrize(
    ("paused", "resumed", "day"),
    [
        # Promised for Wednesday 20 May 2026.
        ("2026-05-19 11:00", "2026-05-19 15:59", "2026-05-20"),  # no cut-off passed
        ("2026-05-19 11:00", "2026-05-19 16:00", "2026-05-21"),
        ("2026-05-19 17:00", "2026-05-20 10:00", "2026-05-20"),  # the night counts for nobody
        ("2026-05-19 17:00", "2026-05-20 16:00", "2026-05-21"),
        ("2026-05-20 09:00", "2026-05-20 09:30", "2026-05-20"),  # a short pause on the day itself wins no day
        ("2026-05-19 11:00", "2026-05-22 10:00", "2026-05-26"),  # three cut-offs, and Whit Monday
        ("2026-05-22 17:00", "2026-05-25 12:00", "2026-05-20"),  # a weekend and a holiday hold no cut-off
    ],
)
def test_a_pause_moves_the_promise_by_as_many_working_days_as_cut_offs_passed(
    paused: str, resumed: str, day: str
) -> None:
    moved = rule.after_pause(date(2026, 5, 20), paris(paused), paris(resumed), CUTOFF, CALENDAR)
    assert moved.isoformat() == day


# The plain model: Easter by the rule of the calendar, days one after the other, no library.


def easter(year: int) -> date:
    century, of_century, golden = year // 100, year % 100, year % 19
    shift = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - shift - of_century % 4) % 7
    month, day = divmod(shift + week - 7 * ((golden + 11 * shift + 22 * week) // 451) + 114, 31)
    return date(year, month, day + 1)


def plainly_works(day: date, closures: frozenset[date]) -> bool:
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    moving = {easter(day.year) + timedelta(days=after) for after in (1, 39, 50)}
    closed = (day.month, day.day) in fixed or day in moving or day in closures
    return day.isoweekday() <= 5 and not closed


def plain_promise(start: datetime, cutoff: time, closures: frozenset[date]) -> date:
    local = start.astimezone(PARIS)
    day = local.date()
    if not plainly_works(day, closures) or (local.hour, local.minute) >= (cutoff.hour, cutoff.minute):
        day += timedelta(days=1)
        while not plainly_works(day, closures):
            day += timedelta(days=1)
    day += timedelta(days=1)
    while not plainly_works(day, closures):
        day += timedelta(days=1)
    return day


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 1), timezones=st.just(UTC))
CUTOFFS = st.times(time(6), time(22)).map(lambda at: at.replace(second=0, microsecond=0))
DAYS = st.dates(date(2024, 1, 1), date(2033, 1, 31))


@given(MOMENTS, CUTOFFS, st.lists(st.integers(0, 15), max_size=8))
def test_the_rule_is_that_of_a_plain_model(start: datetime, cutoff: time, ahead: list[int]) -> None:
    closures = frozenset(start.astimezone(PARIS).date() + timedelta(days=days) for days in ahead)
    found = rule.window(start, cutoff, WorkingDays(closures))
    assert found.dispatch_on == plain_promise(start, cutoff, closures)
    assert start < found.closes_at
    assert found.base_day < found.dispatch_on


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_longer_pause_never_ends_in_an_earlier_day(paused: datetime, shorter: timedelta, more: timedelta) -> None:
    promised = rule.window(paused, CUTOFF, CALENDAR).dispatch_on

    def moved(pause: timedelta) -> date:
        return rule.after_pause(promised, paused, paused + pause, CUTOFF, CALENDAR)

    assert promised <= moved(shorter) <= moved(shorter + more)
    # Paused as soon as it began, it is what a start at the end of the pause would be promised.
    assert moved(shorter) == rule.window(paused + shorter, CUTOFF, CALENDAR).dispatch_on


PAUSES = st.lists(st.tuples(*[st.timedeltas(timedelta(0), timedelta(days=9))] * 2), max_size=5)


@given(MOMENTS, PAUSES)
def test_the_promised_day_has_moved_by_the_cut_offs_of_all_pauses(start: datetime, pauses: list[Any]) -> None:
    terms = Terms()
    promise = Promise.made("26051901", start, terms)
    first, at, passed = promise.dispatch_on, start, 0
    for before, length in pauses:
        paused_at = at + before
        at = paused_at + length
        promise.pause(paused_at)
        promise.pause(paused_at + length / 2)
        promise.resume(at, terms)
        promise.resume(at, terms)
        passed += sum(paused_at < cutoff <= at for cutoff in plain_cutoffs(paused_at, at))
    expected = first
    for _ in range(passed):
        expected = min(day for day in map(expected.__add__, NEXT_DAYS) if plainly_works(day, frozenset()))
    assert (promise.first_dispatch_on, promise.dispatch_on) == (first, expected)


NEXT_DAYS = [timedelta(days=ahead) for ahead in range(1, 10)]


def plain_cutoffs(start: datetime, end: datetime) -> list[datetime]:
    """At 16:00 of Paris, of the working days from ``start`` to ``end``."""
    first, last = start.astimezone(PARIS).date(), end.astimezone(PARIS).date()
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return [datetime.combine(day, CUTOFF, PARIS) for day in days if plainly_works(day, frozenset())]

"""Until when to declare, how long that is, and what leaves when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from api.incidents.promises import PromiseOffer, PromiseWindow
from portal.pages.countdown import remaining, shown
from web.clock import PARIS


@pytest.mark.parametrize(
    ("left", "french", "english"),
    [
        (timedelta(days=2, hours=23, minutes=59), "2 j 23 h", "2 d 23 h"),
        (timedelta(hours=24), "1 j 0 h", "1 d 0 h"),
        (timedelta(hours=1, minutes=12, seconds=59), "1 h 12", "1 h 12"),
        (timedelta(hours=1), "1 h 00", "1 h 00"),
        (timedelta(minutes=59, seconds=59), "59 min", "59 min"),
        (timedelta(seconds=59), "59 s", "59 s"),
        (timedelta(milliseconds=1), "1 s", "1 s"),
        (timedelta(seconds=59, milliseconds=1), "1 min", "1 min"),
    ],
)
def test_what_is_left_is_told_in_its_two_largest_units(left: timedelta, french: str, english: str) -> None:
    assert remaining(left, "fr").replace("\u00a0", " ") == french
    assert remaining(left, "en").replace("\u00a0", " ") == english


def test_the_time_of_today_stands_alone_and_of_another_day_with_its_day() -> None:
    year = datetime.now(PARIS).year
    now = datetime(year, 5, 19, 14, 48, tzinfo=PARIS)
    windows = [
        PromiseWindow(closes_at=now.replace(hour=16, minute=0) + timedelta(days=ahead), dispatch_on=date(year, 5, 20))
        for ahead in range(2)
    ]
    offer = PromiseOffer(revision=0, clock_start="declaration", cutoff="16:00", now=now, windows=windows)
    first, second = shown(offer, "fr")
    assert (first.before, first.left) == ("16:00", "1\u00a0h\u00a012")
    assert second.before.endswith(" 20 mai 16:00")
    assert second.left == "1\u00a0j 0\u00a0h"

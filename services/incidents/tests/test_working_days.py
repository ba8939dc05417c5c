"""The public holidays of metropolitan France, 2024 to 2032, as the library must have them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import pytest

from incidents.promises.working_days import WorkingDays, public_holidays

# New year, labour day, victory, national day, assumption, all saints, armistice, Christmas.
EVERY_YEAR = ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
# Easter Monday, Ascension, Whit Monday.
MOVING = {
    2024: ("04-01", "05-09", "05-20"),
    2025: ("04-21", "05-29", "06-09"),
    2026: ("04-06", "05-14", "05-25"),
    2027: ("03-29", "05-06", "05-17"),
    2028: ("04-17", "05-25", "06-05"),
    2029: ("04-02", "05-10", "05-21"),
    2030: ("04-22", "05-30", "06-10"),
    2031: ("04-14", "05-22", "06-02"),
    2032: ("03-29", "05-06", "05-17"),
}


@pytest.mark.parametrize("year", MOVING)
def test_the_golden_table_of_public_holidays(year: int) -> None:
    expected = {date.fromisoformat(f"{year}-{day}") for day in (*EVERY_YEAR, *MOVING[year])}
    assert public_holidays(year) == expected


def test_good_friday_and_26_december_are_worked_outside_alsace() -> None:
    days = WorkingDays()
    assert date(2026, 4, 3) in days
    assert date(2025, 12, 26) in days


def test_the_table_does_not_follow_the_language_of_the_process() -> None:
    code = "from incidents.promises.working_days import public_holidays as p; print(sorted(map(str, p(2026))))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "LANG": language},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for language in ("fr_FR.UTF-8", "en_US.UTF-8", "th")
    }
    assert len(printed) == 1

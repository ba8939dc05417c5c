"""Days in words, as screens and badges name them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from web import clock
from web.text.days import spelled


@pytest.fixture(autouse=True)
def in_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 19, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "french", "short", "english", "short_english"),
    [
        ("2026-05-20", "mercredi 20 mai", "mer. 20 mai", "Wednesday 20 May", "Wed 20 May"),
        ("2026-07-01", "mercredi 1er juillet", "mer. 1er juil.", "Wednesday 1 July", "Wed 1 Jul"),
        ("2027-01-04", "lundi 4 janvier 2027", "lun. 4 janv. 2027", "Monday 4 January 2027", "Mon 4 Jan 2027"),
    ],
)
def test_a_day_in_words(day: str, french: str, short: str, english: str, short_english: str) -> None:
    on = date.fromisoformat(day)
    assert (spelled(on, "fr"), spelled(on, "fr", short=True)) == (french, short)
    assert (spelled(on, "en"), spelled(on, "en", short=True)) == (english, short_english)

"""The trails of all services side by side, in the order that their cursors follow."""

from __future__ import annotations

from typing import Any

import pytest

from portal.pages.settings.journal import SHOWN, _merged

EARLY, LATE = "2026-11-26T09:00:00+00:00", "2026-11-26T10:00:00.5+00:00"


def entry(service: str, at: str, identifier: int = 1) -> dict[str, Any]:
    return {"service": service, "at": at, "id": identifier, "cursor": f"{service}-{at}-{identifier}"}


def trail(*items: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": following}


def test_the_latest_of_all_services_comes_first() -> None:
    files = trail(entry("files", LATE), entry("files", EARLY))
    shown, following = _merged([files, trail(entry("contracts", "2026-11-26T10:30:00+01:00")), trail()])
    assert [(each["service"], each["at"]) for each in shown] == [
        ("files", LATE),
        ("contracts", "2026-11-26T10:30:00+01:00"),
        ("files", EARLY),
    ]
    assert following == ""


def test_of_one_moment_services_follow_by_name_and_each_keeps_its_own_order() -> None:
    """As the services' cursors have it: a later name comes after, so that none is skipped or shown twice."""
    identity = trail(entry("identity", EARLY, 9), entry("identity", EARLY, 8))
    shown, _ = _merged([trail(entry("notifications", EARLY)), identity, trail(entry("contracts", EARLY))])
    assert [(each["service"], each["id"]) for each in shown] == [
        ("contracts", 1),
        ("identity", 9),
        ("identity", 8),
        ("notifications", 1),
    ]


@pytest.mark.parametrize(("of_files", "of_identity"), [(SHOWN, 1), (SHOWN, SHOWN), (30, 21)])
def test_more_than_a_page_goes_on_from_the_last_that_is_shown(of_files: int, of_identity: int) -> None:
    files = trail(*(entry("files", LATE, n) for n in range(of_files)))
    shown, following = _merged([files, trail(*(entry("identity", EARLY, n) for n in range(of_identity)))])
    assert len(shown) == SHOWN
    assert following == shown[-1]["cursor"]


def test_a_trail_that_goes_on_is_followed_and_nothing_at_all_is_not() -> None:
    shown, following = _merged([trail(entry("files", LATE), following="there"), trail()])
    assert following == shown[-1]["cursor"]
    assert _merged([trail(), trail()]) == ([], "")

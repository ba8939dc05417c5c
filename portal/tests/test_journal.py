"""The trails of all services side by side, in the order that their cursors follow."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from portal.pages.settings.journal import REFUSED, SHOWN, _about, _merged
from web.clock import PARIS
from web.trail import Entry, Trail

EARLY = datetime(2026, 11, 26, 9, tzinfo=UTC)
BETWEEN = datetime(2026, 11, 26, 10, 30, tzinfo=PARIS)
LATE = datetime(2026, 11, 26, 10, 0, 0, 500_000, tzinfo=UTC)


def entry(service: str, at: datetime, identifier: int = 1) -> Entry:
    return Entry(
        service=service,
        at=at,
        actor="platform",
        actor_kind="platform",
        actor_name="",
        action="session.open",
        subject="",
        details={},
        request_id=None,
        cursor=f"{service}-{identifier}",
    )


def trail(*items: Entry, following: str | None = None) -> Trail:
    return Trail(items=list(items), next=following)


def test_the_latest_of_all_services_comes_first() -> None:
    files = trail(entry("files", LATE), entry("files", EARLY))
    shown, following = _merged([files, trail(entry("contracts", BETWEEN)), trail()])
    assert [(each.service, each.at) for each in shown] == [("files", LATE), ("contracts", BETWEEN), ("files", EARLY)]
    assert following == ""


def test_of_one_moment_services_follow_by_name_and_each_keeps_its_own_order() -> None:
    """As the services' cursors have it: a later name comes after, so that none is skipped or shown twice."""
    identity = trail(entry("identity", EARLY, 9), entry("identity", EARLY, 8))
    shown, _ = _merged([trail(entry("notifications", EARLY)), identity, trail(entry("contracts", EARLY))])
    assert [each.cursor for each in shown] == ["contracts-1", "identity-9", "identity-8", "notifications-1"]


@pytest.mark.parametrize(("of_files", "of_identity"), [(SHOWN, 1), (SHOWN, SHOWN), (30, 21)])
def test_more_than_a_page_goes_on_from_the_last_that_is_shown(of_files: int, of_identity: int) -> None:
    files = trail(*(entry("files", LATE, n) for n in range(of_files)))
    shown, following = _merged([files, trail(*(entry("identity", EARLY, n) for n in range(of_identity)))])
    assert len(shown) == SHOWN
    assert following == shown[-1].cursor


def test_a_trail_that_goes_on_is_followed_and_nothing_at_all_is_not() -> None:
    shown, following = _merged([trail(entry("files", LATE), following="there"), trail()])
    assert following == shown[-1].cursor
    assert _merged([trail(), trail()]) == ([], "")


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"operation": "create_canned_answer", "of": "", "status": 403}, "Réponse type créée"),
        ({"operation": "create_canned_answer", "of": "26112703", "status": 409}, "Réponse type créée 26112703"),
        ({"operation": "no_such_route", "of": "26112703"}, ""),
        ({}, ""),
    ],
)
def test_what_was_refused_is_told_by_what_it_would_have_done(details: dict[str, Any], said: str) -> None:
    page: Any = SimpleNamespace(gettext=str, language="fr")
    refused = entry("incidents", EARLY).model_copy(update={"action": REFUSED, "details": details})
    assert _about(page, refused) == said

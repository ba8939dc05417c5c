"""What SQP does next on an incident, and when: the rules of the desk, without a database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from incidents.desk import rule
from incidents.desk.rule import Facts, Next
from incidents.promises.working_days import WorkingDays
from web.clock import PARIS


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


NOW = paris("2026-05-19 10:00")  # a Tuesday
DECLARED = paris("2026-05-18 09:00")
MOVED = paris("2026-05-19 09:00")
REQUESTED = paris("2026-05-18 10:00")
DAYS = WorkingDays()


@dataclass(frozen=True)
class Line:
    """An exchange in advance, approved and to be sent."""

    type: Any = "advance_exchange"
    decision: Any = "approved"
    requested_at: datetime = REQUESTED
    serial_number: str = "A"
    replacement_serial_number: str | None = None
    dispatch: Any = "none"
    dispatched_at: datetime | None = None
    cover: Any = "in_progress"
    return_state: Any = "expected"
    return_due_on: date | None = None
    return_extensions: int = 0
    disk: Any = "none"
    outcome: Any = None
    certificate_file_id: UUID | None = None
    replacement_return: Any = "none"
    replacement_due_on: date | None = None
    replacement_extensions: int = 0
    claim_state: Any = None
    claim_due_on: date | None = None
    stock_expected_on: date | None = None


SENT = Line(dispatch="shipped")
DELIVERED = Line(dispatch="delivered", cover="replaced", return_due_on=date(2026, 6, 2))
DONE = Line(dispatch="delivered", cover="replaced", return_state="inspected")


def facts(status: Any = "new", *lines: Line, **changes: Any) -> Facts:
    known = Facts(
        status=status,
        pending_reason=None,
        declared_at=DECLARED,
        moved_at=MOVED,
        spoken_at=None,
        unanswered_since=None,
        promised_on=None,
        lines=lines,
    )
    return replace(known, **changes)


def next_of(known: Facts, now: datetime = NOW) -> Next | None:
    return rule.next_action(known, now, DAYS)


def pending(reason: Any, *lines: Line, **changes: Any) -> Facts:
    return facts("pending", *lines, pending_reason=reason, **changes)


@pytest.mark.parametrize(
    ("known", "action", "at"),
    [
        pytest.param(facts(), "start", DECLARED, id="a new incident is taken up"),
        pytest.param(facts("in_diagnosis"), "diagnose", MOVED, id="a diagnosis goes on"),
        pytest.param(facts("new", Line(decision="requested")), "decide", REQUESTED, id="decide"),
        pytest.param(facts("exchange", Line()), "dispatch", MOVED, id="what was approved is sent"),
        pytest.param(facts("exchange", Line(dispatch="failed")), "dispatch", MOVED, id="a lost parcel is sent again"),
        pytest.param(facts("exchange", SENT), "check", paris("2026-05-22 00:00"), id="a parcel is looked after"),
        pytest.param(facts("exchange", DELIVERED), "chase_return", paris("2026-06-03 00:00"), id="a return is chased"),
        pytest.param(
            facts("exchange", replace(DELIVERED, return_state="received")), "inspect", MOVED, id="a return is inspected"
        ),
        pytest.param(facts("exchange", DONE), "close", MOVED, id="a line that is done is closed"),
        pytest.param(facts("exchange", replace(DONE, decision="closed")), "close", MOVED, id="then its incident"),
        pytest.param(
            facts("exchange", Line(type="standard_exchange", return_due_on=date(2026, 5, 29))),
            "chase_return",
            paris("2026-05-30 00:00"),
            id="a standard exchange waits for its return",
        ),
        pytest.param(
            facts("exchange", Line(type="standard_exchange", return_state="inspected")),
            "dispatch",
            MOVED,
            id="and is sent once it is there",
        ),
        pytest.param(
            facts("closed", Line(decision="closed", claim_state="sent", claim_due_on=date(2026, 5, 25))),
            "check",
            paris("2026-05-25 00:00"),
            id="a claim to the maker has its day",
        ),
    ],
)
def test_each_state_has_one_next_action(known: Facts, action: Any, at: datetime) -> None:
    assert next_of(known) == Next(action, at)


@pytest.mark.parametrize("status", ["resolved", "closed", "rejected", "cancelled"])
def test_nothing_is_to_be_done_once_it_is_over(status: Any) -> None:
    assert next_of(facts(status)) is None


def test_an_unanswered_message_comes_first_whatever_the_state() -> None:
    since = paris("2026-05-18 17:00")
    for known in (facts(), facts("exchange", Line()), pending("stock"), facts("resolved"), facts("rejected")):
        assert next_of(replace(known, unanswered_since=since)) == Next("answer", since)


@pytest.mark.parametrize("reason", ["waiting_reseller", "waiting_client"])
def test_a_paused_incident_leaves_the_queue_and_comes_back_after_three_working_days(reason: Any) -> None:
    known = pending(reason)
    assert next_of(known) == Next("remind", paris("2026-05-22 00:00"))
    # Over Ascension, its bridge excepted, and a weekend.
    assert next_of(replace(known, moved_at=paris("2026-05-12 15:00"))) == Next("remind", paris("2026-05-18 00:00"))


def test_a_paused_incident_comes_back_at_once_when_who_is_awaited_writes() -> None:
    since = paris("2026-05-19 09:30")
    assert next_of(pending("waiting_reseller", unanswered_since=since)) == Next("answer", since)


def test_a_reminder_begins_the_three_days_again() -> None:
    at = paris("2026-05-20 11:00")
    for known in (pending("waiting_client", spoken_at=at), pending("waiting_client", reminded_at=at)):
        assert next_of(known) == Next("remind", paris("2026-05-26 00:00"))  # over Whit Monday


def test_a_reminder_answers_nobody() -> None:
    since = paris("2026-05-19 09:30")
    known = pending("waiting_client", unanswered_since=since, reminded_at=paris("2026-05-19 09:45"))
    assert next_of(known) == Next("answer", since)


def test_an_awaited_party_is_not_asked_to_wait_for_what_was_asked_before_the_pause() -> None:
    asked = Line(decision="requested")
    assert next_of(pending("waiting_reseller", asked)) == Next("remind", paris("2026-05-22 00:00"))
    later = replace(asked, requested_at=paris("2026-05-19 09:40"))
    assert next_of(pending("waiting_reseller", later)) == Next("decide", paris("2026-05-19 09:40"))


@pytest.mark.parametrize("reason", ["stock", "maker", "carrier", "other"])
def test_what_sqp_looks_after_itself_is_checked_after_three_working_days(reason: Any) -> None:
    assert next_of(pending(reason, Line())) == Next("check", paris("2026-05-22 00:00"))


def test_a_running_promise_brings_what_is_checked_back_on_its_day() -> None:
    assert next_of(pending("stock", promised_on=date(2026, 5, 20))) == Next("check", paris("2026-05-20 00:00"))
    # Who paused it that day, or later, knew.
    known = pending("stock", promised_on=date(2026, 5, 19))
    assert next_of(known) == Next("check", paris("2026-05-22 00:00"))


def test_stock_is_checked_on_the_day_on_which_it_is_expected() -> None:
    known = pending("stock", Line(stock_expected_on=date(2026, 6, 8)))
    assert next_of(known) == Next("check", paris("2026-06-08 00:00"))


def test_after_sqps_question_a_diagnosis_waits_for_its_answer() -> None:
    known = facts("in_diagnosis", spoken_at=paris("2026-05-19 09:20"))
    assert next_of(known) == Next("remind", paris("2026-05-22 00:00"))
    # The note of the move itself asks nothing.
    assert next_of(replace(known, spoken_at=MOVED)) == Next("diagnose", MOVED)


def test_an_overdue_return_appears_on_the_day_after_its_due_date_whatever_the_incidents_state() -> None:
    due = replace(DELIVERED, return_due_on=date(2026, 5, 18))
    for status in ("exchange", "resolved", "closed"):
        assert next_of(facts(status, due)) == Next("chase_return", paris("2026-05-19 00:00"))


def test_of_what_is_due_the_more_pressing_is_next_and_otherwise_what_comes_due_first() -> None:
    overdue = replace(DELIVERED, return_due_on=date(2026, 5, 11))
    assert next_of(facts("exchange", overdue, Line())) == Next("dispatch", MOVED)
    soon = replace(DELIVERED, return_due_on=date(2026, 5, 20))
    assert next_of(facts("exchange", soon, SENT)) == Next("chase_return", paris("2026-05-21 00:00"))


def test_what_is_on_its_way_back_is_not_chased_but_looked_after() -> None:
    known = facts("exchange", replace(DELIVERED, return_state="in_transit", return_due_on=date(2026, 5, 11)))
    assert next_of(known) == Next("check", paris("2026-05-22 00:00"))


LATER = paris("2026-05-20 09:00")


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({}, LATER),
        ({"heard_at": NOW}, LATER),
        ({"heard_at": paris("2026-05-19 10:01")}, MOVED),
        ({"moved_at": paris("2026-05-19 10:01")}, paris("2026-05-19 10:01")),
        ({"promised_on": date(2026, 5, 20)}, LATER),
        # A promise that began to run again since is not hidden.
        ({"promised_on": date(2026, 5, 19)}, MOVED),
    ],
)
def test_what_was_put_off_is_due_later_unless_something_has_come_since(changes: dict[str, Any], at: datetime) -> None:
    known = facts("in_diagnosis", snooze=rule.Snooze(NOW, LATER), **changes)
    assert next_of(known, paris("2026-05-19 10:02")) == Next("diagnose", at)


def test_what_was_put_off_waits_for_what_is_most_pressing_by_then() -> None:
    known = facts("exchange", DELIVERED, snooze=rule.Snooze(NOW, paris("2026-06-04 09:00")))
    assert next_of(known) == Next("chase_return", paris("2026-06-04 09:00"))
    sooner = facts("exchange", DELIVERED, snooze=rule.Snooze(NOW, LATER))
    assert next_of(sooner) == Next("chase_return", LATER)


def test_a_line_that_was_refused_leaves_the_incident_as_its_state_says() -> None:
    assert next_of(facts("in_diagnosis", Line(decision="rejected"))) == Next("diagnose", MOVED)

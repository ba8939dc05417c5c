"""The table of who is told, line by line, without a database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.auth.principal import Principal
from chassis.testkit.harness import CLIENT, RESELLER, SQP
from notifications import rules
from notifications.rules import Audience

RESELLER_ORG, CLIENT_ORG = RESELLER.organisation_id, CLIENT.organisation_id


def sides(audience: Audience) -> set[str]:
    names = {RESELLER_ORG: "reseller", CLIENT_ORG: "client"}
    return {names[each] for each in audience.organisations} | ({"sqp"} if audience.sqp else set())


@pytest.mark.parametrize(("by", "told"), [(CLIENT, {"sqp", "reseller"}), (RESELLER, {"sqp", "client"})])
def test_a_declaration_is_told_to_sqp_and_to_the_other_party(facts: Any, by: Principal, told: set[str]) -> None:
    notice = rules.declared(facts.declared(by))
    assert sides(notice.audience) == told
    assert notice.audience.author == by.user_id


@pytest.mark.parametrize("by", [SQP, RESELLER, CLIENT, None])
def test_a_change_of_status_is_told_to_reseller_and_client(facts: Any, by: Principal | None) -> None:
    notice = rules.status_changed(facts.status(by=by))
    assert sides(notice.audience) == {"reseller", "client"}
    assert notice.audience.author == (by.user_id if by else None)


@pytest.mark.parametrize(
    ("thread", "by", "told"),
    [
        ("client", CLIENT, {"reseller"}),
        ("client", RESELLER, {"client"}),
        ("sqp", RESELLER, {"sqp"}),
        ("sqp", SQP, {"reseller"}),
    ],
)
def test_a_message_is_told_to_the_other_side_of_its_thread_only(
    facts: Any, thread: str, by: Principal, told: set[str]
) -> None:
    notice = rules.message_posted(facts.message(thread, by))
    assert sides(notice.audience) == told
    assert notice.subject.thread == thread


@pytest.mark.parametrize(
    ("scope", "by", "told"),
    [
        ("declaration", CLIENT, {"reseller", "sqp"}),
        ("declaration", RESELLER, {"client", "sqp"}),
        ("declaration", SQP, {"client", "reseller"}),
        ("client", CLIENT, {"reseller"}),
        ("sqp", RESELLER, {"sqp"}),
    ],
)
def test_files_are_told_to_the_other_parties_of_their_scope(
    facts: Any, scope: str, by: Principal, told: set[str]
) -> None:
    notice = rules.files_attached(facts.files(scope, by), facts.at, 1)
    assert notice is not None
    assert sides(notice.audience) == told


def test_files_that_came_with_a_message_are_told_by_the_message(facts: Any) -> None:
    assert rules.files_attached(facts.files("client", message_id=uuid4()), facts.at, 1) is None


def test_files_that_came_with_the_declaration_are_told_by_it(facts: Any) -> None:
    assert rules.files_attached(facts.files(at=facts.at), facts.at, 1) is None
    assert rules.files_attached(facts.files(at=facts.at + timedelta(milliseconds=1)), facts.at, 1) is not None


def test_an_incident_without_client_concerns_the_reseller_and_sqp(facts: Any) -> None:
    assert sides(rules.declared(facts.declared(RESELLER, client_id=None)).audience) == {"sqp"}
    assert sides(rules.status_changed(facts.status(client_id=None)).audience) == {"reseller"}


def test_contracts_are_told_to_the_administrators_of_reseller_and_client(facts: Any) -> None:
    notices = [
        rules.contract_registered(facts.registered()),
        rules.contract_extended(facts.extended()),
        rules.contract_expiring(facts.expiring()),
    ]
    for notice in notices:
        assert sides(notice.audience) == {"reseller", "client"}
        assert notice.audience.administrators
        assert notice.subject.path == "/contrats/29962"
    assert sides(rules.contract_registered(facts.registered(client=None)).audience) == {"reseller"}


def test_a_sign_up_request_is_told_to_the_resellers_administrators(facts: Any) -> None:
    notice = rules.sign_up_requested(facts.sign_up())
    assert sides(notice.audience) == {"reseller"}
    assert notice.audience.administrators


def test_a_new_device_is_told_to_the_person(facts: Any) -> None:
    notice = rules.new_device(facts.new_device(CLIENT))
    assert notice.audience.people == {CLIENT.user_id}
    assert not notice.audience.organisations


def test_a_new_device_leads_to_the_page_of_open_sessions(facts: Any) -> None:
    assert rules.new_device(facts.new_device(CLIENT)).subject.path == "/parametres/sessions"


def test_hints_reach_all_who_may_read_there_and_nobody_else(facts: Any) -> None:
    assert sides(rules.hint(facts.declared()).audience) == {"sqp", "reseller", "client"}
    assert sides(rules.hint(facts.status()).audience) == {"sqp", "reseller", "client"}
    assert sides(rules.hint(facts.message("sqp", SQP)).audience) == {"sqp", "reseller"}
    assert sides(rules.hint(facts.message("client", CLIENT)).audience) == {"reseller", "client"}
    assert sides(rules.hint(facts.files("sqp", RESELLER)).audience) == {"sqp", "reseller"}
    assert sides(rules.hint(facts.files("declaration")).audience) == {"sqp", "reseller", "client"}

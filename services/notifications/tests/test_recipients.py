"""The table of who is told, line by line, without a database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, SQP
from notifications import contract_notices, recipients
from notifications.recipients import Audience
from web.auth.principal import Principal

RESELLER_ORG, CLIENT_ORG = RESELLER.organisation_id, CLIENT.organisation_id


def sides(audience: Audience) -> set[str]:
    names = {RESELLER_ORG: "reseller", CLIENT_ORG: "client"}
    return {names[each] for each in audience.organisations} | ({"sqp"} if audience.sqp else set())


@pytest.mark.parametrize(("by", "told"), [(CLIENT, {"sqp", "reseller"}), (RESELLER, {"sqp", "client"})])
def test_a_declaration_is_told_to_sqp_and_to_the_other_party(facts: Any, by: Principal, told: set[str]) -> None:
    notice = recipients.declared(facts.declared(by))
    assert sides(notice.audience) == told
    assert notice.audience.author == by.user_id


def test_what_sqp_declares_for_a_caller_is_told_to_both_parties_and_not_to_sqp(facts: Any) -> None:
    event = facts.declared_for_a_caller()
    notice = recipients.declared(event)
    assert sides(notice.audience) == {"reseller", "client"}
    assert notice.audience.author == SQP.user_id
    assert sides(recipients.hint(event).audience) == {"sqp", "reseller", "client"}


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (SQP, {"reseller", "client"}),
        (None, {"reseller", "client"}),
        (RESELLER, {"reseller", "client", "sqp"}),
        (CLIENT, {"reseller", "client", "sqp"}),
    ],
)
def test_a_change_of_status_is_told_to_reseller_and_client_and_to_sqp_when_one_of_them_did_it(
    facts: Any, by: Principal | None, told: set[str]
) -> None:
    notice = recipients.status_changed(facts.status(by=by))
    assert sides(notice.audience) == told
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
    notice = recipients.message_posted(facts.message(thread, by))
    assert sides(notice.audience) == told
    assert notice.subject.thread == thread


def test_a_missed_promise_is_told_to_all_parties(facts: Any) -> None:
    notice = recipients.promise_missed(facts.missed())
    assert sides(notice.audience) == {"reseller", "client", "sqp"}
    assert notice.subject.path == "/incidents/20122301"


def test_a_postponed_closing_is_told_to_sqp_alone(facts: Any) -> None:
    notice = recipients.closing_postponed(facts.postponed())
    assert sides(notice.audience) == {"sqp"}
    assert sides(recipients.hint(facts.postponed()).audience) == {"sqp"}


@pytest.mark.parametrize(
    ("reason", "awaited", "pane"),
    [
        ("waiting_reseller", "reseller", "?onglet=messagerie-sqp#composer"),
        ("waiting_client", "client", "?onglet=messagerie#composer"),
        ("stock", "", ""),
        (None, "", ""),
    ],
)
def test_who_is_waited_for_and_may_write_is_led_to_where_the_answer_goes(
    facts: Any, reason: str | None, awaited: str, pane: str
) -> None:
    status = "pending" if reason else "resolved"
    notice = recipients.status_changed(facts.status(status, reason=reason))
    for kind in ("sqp", "reseller", "client"):
        assert recipients.seen_from(notice, kind, "basic") == notice
        seen = recipients.seen_from(notice, kind, "administrator")
        assert seen.subject.path == "/incidents/20122301" + (pane if kind == awaited else "")
        assert bool(seen.facts.get("is_awaited")) is (kind == awaited)


@pytest.mark.parametrize(
    ("scope", "by", "told"),
    [
        ("declaration", CLIENT, {"reseller", "sqp"}),
        ("declaration", RESELLER, {"client", "sqp"}),
        ("declaration", SQP, {"client", "reseller"}),
        ("client", CLIENT, {"reseller"}),
        ("sqp", RESELLER, {"sqp"}),
        ("internal", SQP, set()),
    ],
)
def test_files_are_told_to_the_other_parties_of_their_scope(
    facts: Any, scope: str, by: Principal, told: set[str]
) -> None:
    notice = recipients.files_attached(facts.files(scope, by), facts.at, 1)
    assert notice is not None
    assert sides(notice.audience) == told


def test_files_that_came_with_a_message_are_told_by_the_message(facts: Any) -> None:
    assert recipients.files_attached(facts.files("client", message_id=uuid4()), facts.at, 1) is None


def test_files_that_came_with_the_declaration_are_told_by_it(facts: Any) -> None:
    assert recipients.files_attached(facts.files(at=facts.at), facts.at, 1) is None
    assert recipients.files_attached(facts.files(at=facts.at + timedelta(milliseconds=1)), facts.at, 1) is not None


def test_an_incident_without_client_concerns_the_reseller_and_sqp(facts: Any) -> None:
    assert sides(recipients.declared(facts.declared(RESELLER, client_id=None)).audience) == {"sqp"}
    assert sides(recipients.status_changed(facts.status(client_id=None)).audience) == {"reseller"}


def test_contracts_are_told_to_the_administrators_of_reseller_and_client(facts: Any) -> None:
    notices = [
        contract_notices.contract_registered(facts.registered()),
        contract_notices.contract_extended(facts.extended()),
        contract_notices.contract_expiring(facts.expiring()),
    ]
    for notice in notices:
        assert sides(notice.audience) == {"reseller", "client"}
        assert notice.audience.administrators
        assert notice.subject.path == "/contrats/29962"
    assert sides(contract_notices.contract_registered(facts.registered(client=None)).audience) == {"reseller"}


def test_a_contract_that_is_given_is_told_to_its_new_clients_administrators(facts: Any) -> None:
    by, client = uuid4(), facts.changed().client.organisation_id
    notice = contract_notices.contract_given(facts.changed(given_by=by), client, by)
    assert (notice.kind, sides(notice.audience)) == ("contract_registered", {"client"})
    assert notice.audience.administrators
    assert notice.audience.author == by


def test_a_sign_up_request_is_told_to_the_resellers_administrators(facts: Any) -> None:
    notice = recipients.sign_up_requested(facts.sign_up())
    assert sides(notice.audience) == {"reseller"}
    assert notice.audience.administrators


def test_a_new_device_is_told_to_the_person(facts: Any) -> None:
    notice = recipients.new_device(facts.new_device(CLIENT))
    assert notice.audience.people == {CLIENT.user_id}
    assert not notice.audience.organisations


def test_a_new_device_leads_to_the_page_of_open_sessions(facts: Any) -> None:
    assert recipients.new_device(facts.new_device(CLIENT)).subject.path == "/parametres/sessions"


def test_who_works_on_what_is_a_hint_to_sqp_alone(facts: Any) -> None:
    hint = recipients.assigned(facts.assigned())
    assert (hint.number, hint.what, sides(hint.audience)) == ("20122301", "desk", {"sqp"})


def test_who_is_at_an_incident_is_a_hint_to_sqp_alone(facts: Any) -> None:
    hint = recipients.present(facts.present())
    assert (hint.number, hint.what, sides(hint.audience)) == ("20122301", "presence", {"sqp"})


def test_hints_reach_all_who_may_read_there_and_nobody_else(facts: Any) -> None:
    assert sides(recipients.hint(facts.declared()).audience) == {"sqp", "reseller", "client"}
    assert sides(recipients.hint(facts.status()).audience) == {"sqp", "reseller", "client"}
    assert sides(recipients.hint(facts.message("sqp", SQP)).audience) == {"sqp", "reseller"}
    assert sides(recipients.hint(facts.message("client", CLIENT)).audience) == {"reseller", "client"}
    assert sides(recipients.hint(facts.files("sqp", RESELLER)).audience) == {"sqp", "reseller"}
    assert sides(recipients.hint(facts.files("declaration")).audience) == {"sqp", "reseller", "client"}
    assert sides(recipients.hint(facts.note()).audience) == {"sqp"}
    assert sides(recipients.hint(facts.files("internal", SQP)).audience) == {"sqp"}
    assert sides(recipients.hint(facts.detached("internal", SQP)).audience) == {"sqp"}

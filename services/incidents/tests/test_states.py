"""States: every move by every actor, the history of them, and the moves that the platform makes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import product
from typing import Any, get_args
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, person
from events.incidents import IncidentStatusChanged, PendingReason, Status
from incidents.models import Incident
from web import clock

# As domain.md has them: by SQP, and by the declarer's organisation.
NEXT: dict[str, set[str]] = {
    "new": {"in_diagnosis", "rejected", "cancelled"},
    "in_diagnosis": {"pending", "exchange", "resolved", "rejected", "cancelled"},
    "pending": {"in_diagnosis", "exchange", "resolved", "cancelled"},
    "exchange": {"pending", "resolved"},
    "resolved": {"closed", "in_diagnosis"},
    "closed": set(),
    "rejected": {"in_diagnosis"},
    "cancelled": set(),
}
BY_DECLARER = {("new", "cancelled"), ("resolved", "in_diagnosis")}
BY_OTHER_PARTY = {("resolved", "in_diagnosis")}

# How SQP brings a new incident there.
ROADS: dict[str, tuple[str, ...]] = {
    "new": (),
    "in_diagnosis": ("in_diagnosis",),
    "pending": ("in_diagnosis", "pending"),
    "exchange": ("in_diagnosis", "exchange"),
    "resolved": ("in_diagnosis", "resolved"),
    "closed": ("in_diagnosis", "resolved", "closed"),
    "rejected": ("rejected",),
    "cancelled": ("cancelled",),
}
STATUSES = get_args(Status)


def expected(current: str, wanted: str, actor: str) -> tuple[int, str]:
    if wanted not in NEXT[current]:
        return 409, "illegal_transition"
    theirs: set[tuple[str, str]] = {"declarer": BY_DECLARER, "other party": BY_OTHER_PARTY}.get(actor, set())
    if actor == "sqp" or (current, wanted) in theirs:
        return 200, ""
    return 403, "transition_not_yours"


@pytest.mark.parametrize(("current", "wanted"), list(product(STATUSES, STATUSES)))
async def test_every_move_by_every_actor(open_desk: Any, current: str, wanted: str) -> None:
    for actor, by in (("sqp", SQP), ("declarer", CLIENT), ("other party", RESELLER)):
        number = await open_desk.declare(CLIENT)
        await open_desk.move(number, *ROADS[current])
        answer = await open_desk.try_move(number, wanted, by)
        status, code = expected(current, wanted, actor)
        assert (answer.status_code, answer.json().get("code", "")) == (status, code), actor
        assert (await open_desk.incident(number))["status"] == (wanted if status == 200 else current)


@pytest.mark.parametrize("current", STATUSES)
async def test_the_actions_on_offer_are_those_that_the_routes_allow(open_desk: Any, current: str) -> None:
    number = await open_desk.declare(CLIENT, sharing={"shared_with": "organisation"})
    await open_desk.move(number, *ROADS[current])
    for actor, by in (("sqp", SQP), ("declarer", CLIENT), ("other party", RESELLER)):
        offered = {step["status"] for step in (await open_desk.incident(number, by))["actions"]["next"]}
        assert offered == {wanted for wanted in STATUSES if expected(current, wanted, actor)[0] == 200}
    for basic in (CLIENT_BASIC, RESELLER_BASIC, person("sqp", "SQP", "basic")):
        actions = (await open_desk.incident(number, basic))["actions"]
        assert (actions["next"], actions["write"], actions["attach"]) == ([], [], [])


@pytest.mark.parametrize(("language", "label"), [("fr", "En attente de stock"), ("en", "Waiting for stock")])
async def test_the_reasons_of_a_wait_come_with_the_state_that_asks_for_one(
    open_desk: Any, language: str, label: str
) -> None:
    number = await open_desk.declare(CLIENT)
    await open_desk.move(number, "in_diagnosis")
    answer = await open_desk.as_(SQP).get(f"/incidents/{number}", headers={"Accept-Language": language})
    reasons = {step["status"]: step["reasons"] for step in answer.json()["actions"]["next"]}
    assert {"value": "stock", "label": label} in reasons.pop("pending")
    assert not any(reasons.values())


async def test_colleagues_of_the_declarer_cancel_too(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    await open_desk.move(number, "cancelled", by=person("reseller", "REV-0001", name="Collègue"))


@pytest.mark.parametrize("by", [CLIENT_BASIC, RESELLER_BASIC, person("sqp", "SQP", "basic")])
async def test_basic_users_move_nothing(open_desk: Any, by: Any) -> None:
    answer = await open_desk.try_move(await open_desk.declare(), "cancelled", by)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_move_is_told_once_with_where_it_came_from(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis", note="On regarde.")
    [told] = await open_desk.harness.told(IncidentStatusChanged)
    assert (told.number, told.version, told.status, told.previous_status) == (number, 2, "in_diagnosis", "new")
    assert (told.note, told.actor.organisation_kind) == ("On regarde.", "sqp")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Un incident à l’état «\xa0Déclaré\xa0» ne peut pas passer à l’état «\xa0Clos\xa0»."),
        ("en", "An incident in state “Declared” cannot move to “Closed”."),
    ],
)
async def test_an_illegal_move_is_refused_in_words(open_desk: Any, language: str, sentence: str) -> None:
    number = await open_desk.declare()
    http = open_desk.as_(SQP, **{"If-Match": "*", "Accept-Language": language})
    problem = (await http.post(f"/incidents/{number}/status", json={"status": "closed"})).json()
    assert (problem["title"], problem["current"], problem["wanted"]) == (sentence, "new", "closed")


async def test_a_refused_move_tells_nothing(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.try_move(number, "closed")
    assert await open_desk.harness.told(IncidentStatusChanged) == []
    assert len((await open_desk.as_(SQP).get(f"/incidents/{number}/history")).json()["items"]) == 1


async def test_a_move_wants_the_version_that_it_changes(open_desk: Any) -> None:
    number = await open_desk.declare()
    stale = open_desk.as_(SQP, **{"If-Match": '"1"'})
    await open_desk.attach(number, "declaration", RESELLER, uuid4())
    missing = await open_desk.as_(SQP).post(f"/incidents/{number}/status", json={"status": "in_diagnosis"})
    refused = await stale.post(f"/incidents/{number}/status", json={"status": "in_diagnosis"})
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert (await open_desk.incident(number))["status"] == "new"


async def test_the_tag_of_the_detail_is_good_for_a_move(open_desk: Any) -> None:
    number = await open_desk.declare()
    tag = (await open_desk.as_(SQP).get(f"/incidents/{number}")).headers["etag"]
    http = open_desk.as_(SQP, **{"If-Match": tag})
    answer = await http.post(f"/incidents/{number}/status", json={"status": "in_diagnosis"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


async def test_a_move_waits_for_the_one_before_and_then_finds_its_version_stale(open_desk: Any) -> None:
    number = await open_desk.declare()
    http = open_desk.as_(SQP, **{"If-Match": '"1"'})
    async with open_desk.harness.service.database.transaction() as session:
        incident = (await session.scalars(select(Incident).where(Incident.number == number).with_for_update())).one()
        incident.version += 1
        second = asyncio.create_task(http.post(f"/incidents/{number}/status", json={"status": "in_diagnosis"}))
        async with asyncio.timeout(5):
            while not await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                await asyncio.sleep(0.01)
    assert (await second).status_code == 412
    assert await open_desk.harness.told(IncidentStatusChanged) == []


@pytest.mark.parametrize("reason", get_args(PendingReason))
async def test_a_pending_incident_says_what_it_waits_for(open_desk: Any, reason: str) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis", "pending")
    await open_desk.move(number, "in_diagnosis")
    await open_desk.move(number, "pending", reason=reason)
    seen = await open_desk.incident(number)
    assert seen["pending_reason"] == reason
    assert seen["pending_reason_label"]
    await open_desk.move(number, "resolved")
    assert (await open_desk.incident(number))["pending_reason"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"status": "pending"},
        {"status": "resolved", "reason": "stock"},
        {"status": "pending", "reason": "boredom"},
        {"status": "in_diagnosis", "note": "x" * 10_001},
        {"status": "in_diagnosis", "note": 1},
        {"status": "unknown"},
        {"status": "in_diagnosis", "unknown": 1},
        {},
    ],
)
async def test_malformed_moves_are_refused(open_desk: Any, body: dict[str, Any]) -> None:
    number = await open_desk.declare()
    http = open_desk.as_(SQP, **{"If-Match": "*"})
    answer = await http.post(f"/incidents/{number}/status", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_input")


async def test_the_history_says_who_when_from_to_and_why(open_desk: Any) -> None:
    await open_desk.organisation("client", "CLI-0001", "Client Test")
    number = await open_desk.declare(CLIENT, sharing={"shared_with": "organisation"})
    await open_desk.move(number, "in_diagnosis")
    await open_desk.move(number, "pending", reason="stock", note="Disque en rupture.")
    for reader in (SQP, RESELLER, CLIENT, CLIENT_BASIC):
        answer = await open_desk.as_(reader).get(f"/incidents/{number}/history")
        lines = answer.json()["items"]
        assert [(line["from"], line["to"]) for line in lines] == [
            (None, "new"),
            ("new", "in_diagnosis"),
            ("in_diagnosis", "pending"),
        ]
        assert (lines[0]["by"]["name"], lines[0]["by"]["organisation_name"]) == (CLIENT.name, "Client Test")
        assert (lines[2]["by"]["name"], lines[2]["reason"], lines[2]["note"]) == (
            SQP.name,
            "stock",
            "Disque en rupture.",
        )
        assert lines[2]["to_label"] == "En attente"
    assert (await open_desk.as_(OTHER_RESELLER).get(f"/incidents/{number}/history")).status_code == 404


@pytest.mark.parametrize("table", ["incident_history", "messages"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_history_and_messages_only_grow(open_desk: Any, table: str, statement: str) -> None:
    async def tamper() -> None:
        async with open_desk.harness.service.database.transaction() as session:
            await session.execute(text(statement.format(table)))

    with pytest.raises(ProgrammingError, match="permission denied"):
        await tamper()


async def test_a_resolved_incident_closes_by_itself_after_fourteen_days(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis", "resolved")
    at(start + timedelta(days=14) - timedelta(seconds=1))
    await open_desk.harness.run_job("incidents.close_resolved")
    assert (await open_desk.incident(number))["status"] == "resolved"
    at(start + timedelta(days=14, seconds=1))
    await open_desk.harness.run_job("incidents.close_resolved")
    await open_desk.harness.run_job("incidents.close_resolved")
    seen = await open_desk.incident(number)
    assert (seen["status"], seen["version"]) == ("closed", 4)
    *_, told = await open_desk.harness.told(IncidentStatusChanged)
    assert (told.previous_status, told.status, told.actor.user_id) == ("resolved", "closed", None)
    french, english = [
        (await open_desk.as_(CLIENT, **{"Accept-Language": language}).get(f"/incidents/{number}/history")).json()
        for language in ("fr", "en")
    ]
    assert french["items"][-1]["by"]["name"] == "La plateforme"
    assert english["items"][-1]["by"]["name"] == "The platform"
    assert english["items"][-1]["by"]["user_id"] is None


async def test_the_fourteen_days_start_again_when_it_is_resolved_again(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis", "resolved")
    at(start + timedelta(days=10))
    await open_desk.move(number, "in_diagnosis", by=RESELLER)
    await open_desk.harness.run_job("incidents.close_resolved")
    await open_desk.move(number, "resolved")
    at(start + timedelta(days=20))
    await open_desk.harness.run_job("incidents.close_resolved")
    assert (await open_desk.incident(number))["status"] == "resolved"

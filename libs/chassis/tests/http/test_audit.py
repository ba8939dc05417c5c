"""What is on record of a service: changes, noted reads, refusals; and who may read it, in one order over services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis import audit
from chassis.http import auditing
from chassis.tables import AuditEntry
from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP, Harness, back_office
from web.auth.principal import Principal

NOTES = "/api/v1/notes"
UNKNOWN = UUID(int=255)
TRAIL = "/api/v1/audit/sample"
# ["2026-01-01T00:00:00+00:00", "a", 0]
ZERO = "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgImEiLCAwXQ"
OFFICE = back_office("contracts:write")


@pytest.fixture(autouse=True)
def fresh() -> None:
    audit._recent.clear()


async def call(harness: Harness, who: Principal | None, method: str, path: str, **options: Any) -> Any:
    async with harness.client(who) as http:
        return await http.request(method, path, **options)


async def write(harness: Harness, who: Principal = RESELLER, **more: Any) -> Any:
    return await call(harness, who, "POST", NOTES, json={"text": "une note", **more})


async def entries(harness: Harness) -> list[AuditEntry]:
    async with harness.service.database.transaction() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


async def trail(harness: Harness, who: Principal, **parameters: Any) -> list[dict[str, Any]]:
    answer = await call(harness, who, "GET", TRAIL, params=parameters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_change_is_on_record_with_its_actor_and_request(harness: Harness) -> None:
    answer = await write(harness)
    [entry] = await entries(harness)
    assert (entry.action, entry.actor, entry.actor_kind) == ("write", RESELLER.subject, "person")
    assert (entry.actor_name, entry.actor_organisation_id) == (RESELLER.name, RESELLER.organisation_id)
    assert entry.request_id == answer.headers["x-request-id"]


async def test_an_entry_says_what_its_subject_was_called(harness: Harness) -> None:
    async with harness.service.database.transaction() as session:
        audit.record(session, "note.write", organisation_id=None, subject=1, by=RESELLER, about="Été", other=1)
        audit.record(session, "note.write", organisation_id=None, subject=1, by=RESELLER)
    assert [one["details"] for one in await trail(harness, RESELLER)] == [{}, {"about": "Été", "other": 1}]


async def test_a_change_that_was_rolled_back_is_not_on_record_and_its_refusal_is(harness: Harness) -> None:
    assert (await write(harness, then="refuse")).status_code == 404
    [refusal] = await entries(harness)
    assert (refusal.action, refusal.subject) == ("request.refuse", NOTES)
    assert refusal.details == {"method": "POST", "status": 404, "operation": "write", "of": ""}


async def test_a_replayed_answer_is_no_second_change(harness: Harness) -> None:
    for _ in range(2):
        await call(harness, RESELLER, "POST", NOTES, json={"text": "x"}, headers={"Idempotency-Key": "k"})
    assert len(await entries(harness)) == 1


async def test_what_a_service_records_itself_is_not_recorded_twice(harness: Harness) -> None:
    async with harness.service.database.transaction() as session:
        audit.record(session, "note.write", organisation_id=None, subject=1, by=RESELLER)
        assert session.info[audit.RECORDED]
        audit.skip(session)


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (RESELLER_BASIC, "GET", TRAIL, 403),
        (RESELLER, "GET", f"{NOTES}/{UNKNOWN}", 404),
        (CLIENT, "GET", f"{NOTES}/{UNKNOWN}", 404),
    ],
)
async def test_a_refusal_of_a_known_caller_is_on_record_once_a_minute(
    harness: Harness, who: Principal, method: str, path: str, status: int
) -> None:
    for _ in range(3):
        assert (await call(harness, who, method, path)).status_code == status
    [entry] = await entries(harness)
    assert (entry.actor, entry.subject, entry.details["status"]) == (who.subject, path, status)


async def test_a_refusal_of_a_stranger_and_a_wrong_field_are_not(harness: Harness) -> None:
    await call(harness, None, "GET", TRAIL)
    await call(harness, RESELLER, "POST", NOTES, json={"wrong": 1})
    assert await entries(harness) == []


async def test_administrators_read_what_is_theirs_and_sqp_what_service_accounts_did(harness: Harness) -> None:
    async with harness.service.database.transaction() as session:
        audit.record(session, "a.own", organisation_id=None, subject=1, by=RESELLER)
        audit.record(session, "a.by_sqp", organisation_id=RESELLER.organisation_id, subject=1, by=SQP)
        audit.record(session, "a.office", organisation_id=None, subject=1, by=OFFICE)
        audit.record(session, "a.client", organisation_id=None, subject=1, by=CLIENT)
    said = {who: [one["action"] for one in await trail(harness, who)] for who in (RESELLER, SQP, CLIENT)}
    assert said == {RESELLER: ["a.by_sqp", "a.own"], SQP: ["a.office", "a.by_sqp"], CLIENT: ["a.client"]}
    assert [one["actor_kind"] for one in await trail(harness, SQP, actor=OFFICE.subject)] == ["service"]


async def test_pages_follow_by_cursor_and_days_narrow_them(harness: Harness) -> None:
    for _ in range(5):
        await write(harness)
    first = (await call(harness, RESELLER, "GET", TRAIL, params={"limit": 2})).json()
    rest = await trail(harness, RESELLER, cursor=first["next"])
    subjects = [entry.subject for entry in await entries(harness)]
    assert [one["subject"] for one in (*first["items"], *rest)] == subjects[::-1]
    assert all("id" not in one for one in rest)
    assert await trail(harness, RESELLER, until="2020-01-01T00:00:00Z") == []
    assert len(await trail(harness, RESELLER, since="2020-01-01T00:00:00Z")) == 5


@pytest.mark.parametrize("cursor", ["x", "bm9uZQ", "WzEsMiwzXQ", "WyIyMDI2LTAxLTAxIiwiYSIsLTFd", ZERO])
async def test_a_cursor_that_is_none_is_refused(harness: Harness, cursor: str) -> None:
    assert (await call(harness, RESELLER, "GET", TRAIL, params={"cursor": cursor})).status_code == 422


async def test_one_cursor_serves_every_service(harness: Harness) -> None:
    """At one moment the services follow each other by name; none repeats or skips an entry."""
    at = datetime(2026, 11, 26, tzinfo=UTC)
    async with harness.service.database.transaction() as session:
        for identifier in (1, 2, 3):
            entry: dict[str, Any] = {
                "id": identifier,
                "at": at,
                "actor": RESELLER.subject,
                "action": "a",
                "subject": str(identifier),
                "details": {},
            }
            session.add(AuditEntry(**entry, actor_organisation_id=RESELLER.organisation_id))
    after = {name: auditing._Place(at, name, 1).written() for name in ("files", "sample", "zebra")}
    shown = {name: [one["subject"] for one in await trail(harness, RESELLER, cursor=after[name])] for name in after}
    assert shown == {"files": ["3", "2", "1"], "sample": ["2", "1"], "zebra": []}
    [_, second] = (await call(harness, RESELLER, "GET", TRAIL, params={"limit": 2})).json()["items"]
    assert [one["subject"] for one in await trail(harness, RESELLER, cursor=second["cursor"])] == ["1"]

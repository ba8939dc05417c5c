"""The feed of incidents' changes: what SQP's programs follow, and what they do not learn from it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events import organisation_id
from events.desk import IncidentAssigned, IncidentsMoved, PresenceChanged
from events.incidents import EVENTS, ExchangeChanged, NoteWritten, ReturnReminded
from incidents.feed import KINDS
from incidents.models import Change
from web.auth.principal import Principal

ERP = back_office("incidents:read")


async def ask(desk: Any, **parameters: Any) -> Any:
    answer = await desk.as_(ERP).get("/backoffice/incidents/changes", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def kinds(desk: Any, number: str, after: int = 0) -> list[tuple[str, int]]:
    items = (await ask(desk, after=after))["items"]
    return [(each["kind"].removeprefix("incident."), each["version"]) for each in items if each["number"] == number]


@pytest.mark.parametrize(
    ("principal", "status"),
    [(None, 401), *((each, 403) for each in (RESELLER, CLIENT, SQP, back_office("contracts:read", "contracts:write")))],
)
async def test_only_a_program_that_may_read_incidents_follows(desk: Any, principal: Any, status: int) -> None:
    assert (await desk.as_(principal).get("/backoffice/incidents/changes")).status_code == status


async def test_each_fact_about_an_incident_has_the_next_number(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    await open_desk.move(number, "in_diagnosis")
    await open_desk.post(number, "sqp", SQP)
    await open_desk.attached(number, "declaration", RESELLER)
    file_id = await open_desk.attached(number, "sqp", RESELLER)
    await open_desk.as_(RESELLER).delete(f"/incidents/{number}/files/{file_id}")
    assert await kinds(open_desk, number) == [
        ("declared", 1),
        ("status_changed", 2),
        ("message_posted", 2),
        ("files_attached", 3),
        ("files_attached", 3),
        ("file_detached", 3),
    ]
    feed = await ask(open_desk, after=0)
    assert [each["sequence"] for each in feed["items"]] == [1, 2, 3, 4, 5, 6]
    assert feed["last"] == 6
    assert (await open_desk.as_(ERP).get(feed["items"][0]["path"].removeprefix("/api/v1"))).json()["number"] == number


@pytest.mark.parametrize(("thread", "by", "other"), [("client", CLIENT, RESELLER), ("internal", SQP, SQP)])
async def test_the_thread_between_reseller_and_client_and_sqps_notes_are_not_told(
    open_desk: Any, thread: str, by: Principal, other: Principal
) -> None:
    number = await open_desk.declare(RESELLER)
    before = await ask(open_desk, after=0)
    await open_desk.post(number, thread, by)
    assert (await open_desk.post(number, thread, other, file_ids=[str(uuid4())])).status_code == 201
    file_id = await open_desk.attached(number, thread, by)
    assert (await open_desk.as_(by).delete(f"/incidents/{number}/files/{file_id}")).status_code == 204
    assert await ask(open_desk, after=0) == before


async def test_sqp_learns_that_the_closing_is_put_off_and_not_what_was_written(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    await open_desk.move(number, "in_diagnosis", "resolved")
    await open_desk.post(number, "client", CLIENT)
    assert await kinds(open_desk, number, after=3) == [("closing_postponed", 3)]


async def test_an_incident_that_gets_its_client_later_is_told(desk: Any) -> None:
    await desk.register(client=None)
    number = await desk.declare(RESELLER)
    await desk.organisation("client", "CLI-0001", "Client Test", reseller_id=organisation_id("reseller", "REV-0001"))
    await desk.register(version=2)
    assert await kinds(desk, number) == [("declared", 1), ("client_given", 2)]


async def test_a_change_that_commits_late_is_not_missed(open_desk: Any) -> None:
    async with open_desk.harness.service.database.transaction() as early:
        early.add(Change(kind="incident.status_changed", number="26010101", version=1))
        await early.flush()
        number = await open_desk.declare(RESELLER)
        assert [each["number"] for each in (await ask(open_desk, after=0))["items"]] == [number]
    assert [each["number"] for each in (await ask(open_desk, after=1))["items"]] == ["26010101"]


async def test_each_step_of_an_exchange_is_a_kind_of_change(open_desk: Any) -> None:
    number = await open_desk.declare(RESELLER)
    await open_desk.exchange(number, by=RESELLER)
    await open_desk.step(number, "approve")
    found = [kind for kind, _ in await kinds(open_desk, number, after=1)]
    assert found == ["exchange.requested", "exchange.approved", "status_changed", "status_changed"]


def test_every_event_of_an_incident_is_a_kind_of_change() -> None:
    """A new one is told by ``feed.tell``, not by the outbox alone."""
    # Each step of an exchange is a kind; a reminder of a return changes nothing; who works on what at SQP, and what its
    # people write for each other, is no program's to follow.
    # What was moved at once is told incident by incident.
    untold = {ExchangeChanged, ReturnReminded, IncidentAssigned, IncidentsMoved, NoteWritten, PresenceChanged}
    assert set(KINDS) == set(EVENTS) - untold
    assert len(set(KINDS.values())) == len(KINDS)

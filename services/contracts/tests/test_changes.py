"""The feed of contracts' changes: in order, none skipped, and what a program that was away for long is told."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis import changes
from contracts.feed import KINDS
from contracts.models import Change
from devkit.harness import CLIENT, RESELLER, SQP, Harness, back_office
from events.contracts import EVENTS, ContractExpiring

FEED = "/api/v1/backoffice/contracts/changes"
ERP = back_office("contracts:read")
OFFER = {"applies_to_product_reference": "TS-131K-1TIW", "label": "Extension 6 mois", "months": 6}


async def ask(harness: Harness, status: int = 200, by: Any = ERP, **parameters: Any) -> Any:
    async with harness.client(by) as http:
        answer = await http.get(FEED, params=parameters)
    assert answer.status_code == status, answer.text
    return answer.json()


def seen(feed: Any) -> list[tuple[int, str, str, int]]:
    return [(each["sequence"], each["kind"], each["number"], each["version"]) for each in feed["items"]]


async def run(harness: Harness, statement: str) -> None:
    async with harness.service.database.transaction() as session:
        await session.execute(text(statement))


async def test_each_change_of_a_contract_has_the_next_number(harness: Harness, register: Any) -> None:
    assert await ask(harness, after=0) == {"items": [], "last": 0, "more": False}
    await register("1")
    await register("2")
    await register("1", service_level="Envoi express J+1")
    await register("1", service_level="Envoi express J+1")
    async with harness.client(back_office("contracts:write")) as http:
        await http.put("/api/v1/backoffice/extension-offers/X6", json=OFFER)
        order = {"order_id": "O1", "sku": "X6"}
        await http.post("/api/v1/backoffice/contracts/2/extensions", json=order, headers={"Idempotency-Key": "k"})
        await http.delete("/api/v1/backoffice/contracts/2/extensions/O1")
    feed = await ask(harness, after=0)
    assert seen(feed) == [
        (1, "contract.registered", "1", 1),
        (2, "contract.registered", "2", 1),
        (3, "contract.changed", "1", 2),
        (4, "contract.extended", "2", 2),
        (5, "contract.changed", "2", 3),
    ]
    assert (feed["last"], feed["more"]) == (5, False)
    assert await ask(harness, after=0) == feed
    async with harness.client(ERP) as http:
        now = await http.get(feed["items"][2]["path"])
        assert now.headers["ETag"] == '"2"'


async def test_a_program_reads_on_from_the_last_number(harness: Harness, register: Any) -> None:
    for number in range(1, 6):
        await register(str(number))
    first = await ask(harness, after=0, limit=2)
    assert ([each["number"] for each in first["items"]], first["last"], first["more"]) == (["1", "2"], 2, True)
    rest = await ask(harness, after=first["last"])
    assert ([each["number"] for each in rest["items"]], rest["last"], rest["more"]) == (["3", "4", "5"], 5, False)
    assert await ask(harness, after=5) == {"items": [], "last": 5, "more": False}
    assert await ask(harness) == {"items": [], "last": 5, "more": False}


async def test_a_change_that_commits_late_is_not_missed(harness: Harness, register: Any) -> None:
    """The earlier transaction has the lower id and commits after the later one was read."""
    async with harness.service.database.transaction() as early:
        early.add(Change(kind="contract.changed", number="EARLY", version=1))
        await early.flush()
        await register("LATE")
        assert seen(await ask(harness, after=0)) == [(1, "contract.registered", "LATE", 1)]
    assert seen(await ask(harness, after=1)) == [(2, "contract.changed", "EARLY", 1)]


async def test_a_change_that_is_rolled_back_leaves_no_gap(harness: Harness, register: Any) -> None:
    async with harness.service.database.transaction() as session:
        session.add(Change(kind="contract.changed", number="NEVER", version=1))
        await session.flush()
        await session.rollback()
    await register("1")
    assert seen(await ask(harness, after=0)) == [(1, "contract.registered", "1", 1)]


async def test_readers_and_writers_at_once_agree_on_every_number(harness: Harness) -> None:
    """Eight writers hold their transactions open for a while; three programs follow and see all, once, in one order."""
    chance, done = random.Random(12), asyncio.Event()

    async def write(name: int) -> None:
        for version in range(1, 11):
            async with harness.service.database.transaction() as session:
                session.add(Change(kind="contract.changed", number=str(name), version=version))
                await session.flush()
                await asyncio.sleep(chance.random() / 50)

    async def follow() -> list[tuple[int, str, str, int]]:
        found: list[tuple[int, str, str, int]] = []
        last = 0
        while True:
            over = done.is_set()
            feed = await ask(harness, after=last, limit=7)
            found += seen(feed)
            last = feed["last"]
            if over and not feed["more"]:
                return found

    following = [asyncio.create_task(follow()) for _ in range(3)]
    await asyncio.gather(*(write(name) for name in range(8)))
    done.set()
    first, *others = await asyncio.gather(*following)
    assert all(other == first for other in others)
    assert [sequence for sequence, *_ in first] == list(range(1, 81))
    for name in range(8):
        assert [version for _, _, number, version in first if number == str(name)] == list(range(1, 11))


async def test_changes_are_kept_for_ninety_days_and_who_missed_some_is_told(harness: Harness, register: Any) -> None:
    for number in ("1", "2", "3", "4"):
        await register(number)
    await ask(harness, after=0)
    await run(harness, "UPDATE changes SET at = now() - interval '91 days' WHERE number IN ('1', '2')")
    await run(harness, "UPDATE changes SET at = now() - interval '89 days' WHERE number = '3'")
    async with harness.service.database.transaction() as session:
        await changes.forget(session)
    gone = await ask(harness, 410, after=1)
    assert (gone["code"], gone["after"], gone["restart_after"]) == ("changes_gone", 1, 4)
    assert "Relisez les listes, puis reprenez après le n°\xa04." in gone["title"]
    assert [each["number"] for each in (await ask(harness, after=2))["items"]] == ["3", "4"]


async def test_a_quiet_feed_forgets_neither_its_last_number_nor_what_was_never_read(
    harness: Harness, register: Any
) -> None:
    await register("1")
    await register("2")
    await run(harness, "UPDATE changes SET at = now() - interval '91 days'")
    async with harness.service.database.transaction() as session:
        await changes.forget(session)
    assert await ask(harness) == {"items": [], "last": 2, "more": False}
    assert (await ask(harness, 410, after=0))["restart_after"] == 2
    await register("3")
    assert seen(await ask(harness, after=2)) == [(3, "contract.registered", "3", 1)]


async def test_a_number_that_the_feed_has_not_reached_is_refused(harness: Harness, register: Any) -> None:
    """The database was brought back to an earlier moment: to wait for that number would skip what comes before it."""
    await register("1")
    assert (await ask(harness, 410, after=900))["restart_after"] == 1


@pytest.mark.parametrize("wrong", [{"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 1001}, {"after": 2**64}])
async def test_what_is_no_number_is_refused(harness: Harness, wrong: dict[str, Any]) -> None:
    await ask(harness, 422, **wrong)


@pytest.mark.parametrize(
    "principal", [RESELLER, CLIENT, SQP, back_office("contracts:write"), back_office("incidents:read")]
)
async def test_only_a_program_that_may_read_contracts_follows(harness: Harness, principal: Any) -> None:
    await ask(harness, 403, by=principal)


async def test_nobody_follows(harness: Harness) -> None:
    await ask(harness, 401, by=None)


async def test_forgetting_runs_on_schedule(harness: Harness) -> None:
    periodic = harness.service.jobs.periodic("contracts.forget_changes")
    assert periodic is not None
    assert periodic.every <= timedelta(days=1)


def test_every_event_of_a_contract_is_a_kind_of_change_but_reminders() -> None:
    """A new one is told by ``feed.tell``, not by the outbox alone."""
    assert {*KINDS, ContractExpiring} == set(EVENTS)

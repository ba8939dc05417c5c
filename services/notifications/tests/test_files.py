"""Files on an incident: told when files has bound them, once per act, and never because somebody named them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, SQP
from notifications.errors import NotYetKnown
from web.auth.principal import Principal

FILE = "[Nouveau fichier] Incident n. 20122301"


async def bodies(world: Any, who: Principal) -> list[str]:
    return [line["body"] for line in (await world.feed(who))["items"] if line["title"] == FILE]


async def named_files(world: Any) -> int:
    return len(await world.rows("SELECT file_id FROM named_files"))


@pytest.fixture
async def declared(world: Any) -> Any:
    await world.tell(world.facts.declared(CLIENT))
    return world


async def test_a_bound_file_reaches_the_other_parties_of_its_scope(declared: Any) -> None:
    named = declared.facts.files("declaration", CLIENT)
    await declared.tell(named, declared.facts.bound(named))
    told = {name for name, titles in (await declared.told()).items() if FILE in titles}
    assert told == {"sqp", "sqp_basic", "reseller", "reseller_basic"}
    assert await bodies(declared, SQP) == ["Jean Test a ajouté un fichier."]


@pytest.mark.parametrize("reason", ["unknown", "foreign", "already_bound"])
async def test_a_refused_file_is_told_to_nobody_whatever_the_order(world: Any, reason: str) -> None:
    named = world.facts.files("client", RESELLER)
    for order in ((named, world.facts.refused(named, reason=reason)), (world.facts.refused(named), named)):
        await world.tell(*order)
        assert await world.told() == {}
        assert await world.emails() == []


async def test_a_refused_file_is_forgotten(world: Any) -> None:
    named = world.facts.files("client", RESELLER, file_ids=[uuid4(), uuid4()])
    await world.tell(named, world.facts.refused(named, 1))
    assert await named_files(world) == 1


async def test_what_is_named_only_is_told_to_nobody(world: Any) -> None:
    await world.tell(world.facts.files("client", RESELLER), world.facts.files("sqp", RESELLER))
    assert await world.told() == {}


async def test_somebody_elses_file_is_told_as_its_owners_act(world: Any) -> None:
    """A stranger names it first; the owner's naming, and nothing of the stranger's, is what is bound."""
    theirs = world.facts.files("client", CLIENT)
    own = world.facts.files("client", RESELLER, file_ids=theirs.file_ids, version=5)
    await world.tell(theirs, own, world.facts.bound(own))
    assert await bodies(world, CLIENT) == ["Jean Test a ajouté un fichier."]
    assert await bodies(world, RESELLER) == []


async def test_a_file_named_on_two_incidents_is_told_of_the_one_that_has_it(world: Any) -> None:
    here = world.facts.files("client", RESELLER)
    there = world.facts.files("client", RESELLER, file_ids=here.file_ids, number="20122302")
    await world.tell(here, there, world.facts.bound(there), world.facts.refused(here, reason="already_bound"))
    titles = ["[Nouveau fichier] Incident n. 20122302"]
    assert await world.told() == {"client": titles, "client_basic": titles}


async def test_a_refusal_leaves_what_was_named_after_it(world: Any) -> None:
    refused_at = datetime.now(UTC)
    again = world.facts.files("client", RESELLER, at=refused_at + timedelta(hours=1))
    await world.tell(again, world.facts.refused(again, reason="unknown"), world.facts.bound(again))
    assert len(await bodies(world, CLIENT)) == 1


async def test_several_files_of_one_act_are_one_notification_that_counts_the_bound(world: Any) -> None:
    named = world.facts.files("client", RESELLER, file_ids=[uuid4() for _ in range(4)])
    await world.tell(named, world.facts.bound(named, 0))
    assert await bodies(world, CLIENT) == ["Jean Test a ajouté un fichier."]
    await world.tell(world.facts.refused(named, 1), world.facts.bound(named, 2), world.facts.bound(named, 3))
    assert await bodies(world, CLIENT) == ["Jean Test a ajouté 3 fichiers."]


async def test_files_bound_side_by_side_are_all_counted(world: Any) -> None:
    named = world.facts.files("client", RESELLER, file_ids=[uuid4() for _ in range(5)])
    await world.tell(named)
    await asyncio.gather(*(world.tell(world.facts.bound(named, which)) for which in range(5)))
    assert await bodies(world, CLIENT) == ["Jean Test a ajouté 5 fichiers."]


async def test_a_mail_that_waits_counts_all_that_is_bound_and_one_that_has_gone_keeps_its_words(world: Any) -> None:
    async with world.harness.client(CLIENT) as http:
        await http.put("/api/v1/notifications/preferences", json={"email": {"files_attached": True}})
    named = world.facts.files("client", RESELLER, file_ids=[uuid4() for _ in range(3)])
    await world.tell(named, world.facts.bound(named, 0), world.facts.bound(named, 1))
    await world.harness.run_jobs()
    await world.tell(world.facts.bound(named, 2))
    [email] = await world.emails()
    assert (email["state"], email["facts"]["count"]) == ("sent", 2)


async def test_two_acts_are_told_as_two(world: Any) -> None:
    one, two = world.facts.files("client", RESELLER), world.facts.files("client", RESELLER, version=5)
    await world.tell(one, two, world.facts.bound(two), world.facts.bound(one))
    assert len(await bodies(world, CLIENT)) == 2


async def test_a_bound_file_that_arrives_before_its_naming_waits_for_it(world: Any) -> None:
    named = world.facts.files("client", RESELLER)
    with pytest.raises(NotYetKnown):
        await world.tell(world.facts.bound(named))
    assert await world.told() == {}
    await world.tell(named, world.facts.bound(named))
    assert len(await bodies(world, CLIENT)) == 1


async def test_a_bound_file_of_a_declaration_that_has_not_arrived_waits_for_it(world: Any) -> None:
    with_it = world.facts.files("declaration", CLIENT, version=2, at=world.facts.at)
    await world.tell(with_it)
    with pytest.raises(NotYetKnown):
        await world.tell(world.facts.bound(with_it))
    await world.tell(world.facts.declared(CLIENT), world.facts.bound(with_it))
    assert (await world.told())["sqp"] == ["[Nouvel incident] Incident n. 20122301"]


async def test_a_declaration_with_files_is_told_once(declared: Any) -> None:
    with_it = declared.facts.files("declaration", CLIENT, version=2, at=declared.facts.at)
    await declared.tell(with_it, declared.facts.bound(with_it))
    assert (await declared.told())["sqp"] == ["[Nouvel incident] Incident n. 20122301"]


async def test_a_message_with_files_is_told_once(world: Any) -> None:
    message = world.facts.message("sqp", RESELLER)
    named = world.facts.files("sqp", RESELLER, message_id=message.message_id)
    await world.tell(message, named, world.facts.bound(named))
    assert (await world.told())["sqp"] == ["[Nouveau message] Incident n. 20122301"]


async def test_nobody_is_told_twice_by_duplicates(world: Any) -> None:
    named, naming, binding = world.facts.files("client", RESELLER), uuid4(), uuid4()
    for _ in range(2):
        await world.tell(named, event_id=naming)
        bound = [world.harness.deliver(world.facts.bound(named), event_id=binding) for _ in range(3)]
        assert sorted(await asyncio.gather(*bound)) == [0, 0, 1]
        await world.sql("DELETE FROM inbox")
    assert await bodies(world, CLIENT) == ["Jean Test a ajouté un fichier."]


async def test_a_named_file_is_forgotten_after_a_day(world: Any) -> None:
    old, recent = world.facts.files("client", RESELLER), world.facts.files("client", RESELLER, version=5)
    await world.tell(old)
    await world.sql("UPDATE named_files SET created_at = now() - interval '25 hours'")
    await world.tell(recent)
    await world.harness.run_job("notifications.forget")
    [row] = await world.rows("SELECT file_id FROM named_files")
    assert row["file_id"] == recent.file_ids[0]

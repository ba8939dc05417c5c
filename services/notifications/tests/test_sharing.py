"""Of an incident that is not shared with them, a client's basic people get no notice, no e-mail and no hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from services.notifications.tests.facts import incident
from services.notifications.tests.people import actor, address
from services.notifications.tests.test_merged_incidents import merged

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_CLIENT, RESELLER, SQP
from events import CATALOGUE
from events.desk import AnswerReminded, IncidentsMoved, MovedIncident
from events.incidents import IncidentClientGiven, IncidentEvent, IncidentShared
from notifications import projections
from notifications.consumers import consumers

NUMBER = "20122301"


def of_incident(model: type[Any], by: Any = CLIENT, **more: Any) -> Any:
    return model(**incident(by, **{"version": 9, **more}))


def moved(**more: Any) -> IncidentsMoved:
    parties = {"reseller_id": RESELLER.organisation_id, "client_id": CLIENT.organisation_id}
    first = MovedIncident(number=NUMBER, title="Panne", **parties, **more)
    about = {"job_id": uuid4(), "at": "2020-12-23T17:27:00Z", "actor": actor(SQP)}
    return IncidentsMoved(version=1, status="closed", incidents=[first], **about)


# Whatever is told of an incident: by which event, with ``readers`` as given.
TOLD: dict[str, Callable[..., Any]] = {
    "declared": lambda facts, **more: facts.declared(RESELLER, **more),
    "status_changed": lambda facts, **more: facts.status(**more),
    "merged": lambda _, **more: merged(**more),
    "closing_postponed": lambda facts, **more: facts.postponed(**more),
    "client_given": lambda _, **more: of_incident(IncidentClientGiven, None, **more),
    "shared": lambda _, **more: of_incident(IncidentShared, **more),
    "missed": lambda facts, **more: facts.missed(**more),
    "posted": lambda facts, **more: facts.message("client", RESELLER, **more),
    "attached": lambda facts, **more: facts.files("client", RESELLER, **more),
    "detached": lambda facts, **more: facts.detached("client", RESELLER, **more),
    "changed": lambda facts, **more: facts.exchange("shipped", **more),
    "return_reminded": lambda facts, **more: facts.reminded(**more),
    "answer_reminded": lambda _, **more: of_incident(AnswerReminded, SQP, awaited="client", **more),
    "bulk": lambda _, **more: moved(**more),
}
# What basic people are told when it is shared; hints alone of the others.
NOTICES = {"declared", "status_changed", "merged", "missed", "posted", "attached", "changed", "bulk"}


def test_every_event_of_an_incident_is_in_the_table(facts: Any) -> None:
    consumed = {type_ for consumer in consumers() for type_ in consumer.handlers}
    known = {CATALOGUE[type_] for type_ in consumed if issubclass(CATALOGUE[type_], IncidentEvent)}
    assert {type(make(facts)) for make in TOLD.values()} == known | {IncidentsMoved}


async def tell(world: Any, which: str, **more: Any) -> None:
    event = TOLD[which](world.facts, **more)
    await world.tell(event)
    if which == "attached":
        await world.tell(world.facts.bound(event))
    await world.harness.run_jobs()


def reached(world: Any) -> set[str]:
    return {message.message["To"].addresses[0].addr_spec for message in world.mail.messages}


@pytest.mark.parametrize("which", TOLD)
async def test_a_private_incident_is_told_to_no_basic_person_of_the_client(world: Any, which: str) -> None:
    await tell(world, which, readers=[])
    assert "client_basic" not in await world.told()
    assert address(CLIENT_BASIC) not in reached(world)
    keys = {key for row in await world.rows("SELECT audience FROM stream_items") for key in row["audience"]}
    assert f"user:{CLIENT_BASIC.user_id}" not in keys
    assert f"organisation:{CLIENT.organisation_id}" not in keys


@pytest.mark.parametrize("which", sorted(NOTICES))
@pytest.mark.parametrize("readers", [None, [CLIENT_BASIC.user_id]], ids=["whole", "by name"])
async def test_a_shared_one_is_told_as_before(world: Any, which: str, readers: Any) -> None:
    await tell(world, which, readers=readers)
    assert {"client", "client_basic"} <= set(await world.told())


@pytest.mark.parametrize("which", sorted(NOTICES))
async def test_an_event_of_before_is_told_to_all(world: Any, which: str) -> None:
    """It has no ``readers`` at all."""
    await tell(world, which)
    assert "client_basic" in await world.told()


async def test_the_people_who_are_given_it_are_told(world: Any) -> None:
    given = of_incident(IncidentShared, readers=[CLIENT_BASIC.user_id], given_to=[CLIENT_BASIC.user_id])
    await world.tell(given)
    assert set(await world.told()) == {"client_basic"}
    line = (await world.feed(CLIENT_BASIC))["items"][0]
    assert (line["kind"], line["title"]) == ("incident_shared", "[Incident partagé] Incident n. 20122301")
    assert line["body"].startswith("Jean Test partage avec vous l’incident")
    await world.harness.run_jobs()
    assert world.mail.messages == []


async def test_people_with_whom_a_client_shares_its_declaration_are_told_of_it(world: Any) -> None:
    await world.tell(world.facts.declared(CLIENT, readers=[CLIENT.user_id, CLIENT_BASIC.user_id]))
    told = await world.told()
    assert "client_basic" in told
    assert "client" not in told


async def test_a_merge_is_told_to_those_who_read_both(world: Any) -> None:
    await world.tell(merged(readers=None, source_readers=[]))
    assert "client_basic" not in await world.told()
    await world.tell(merged(version=8, readers=[CLIENT_BASIC.user_id], source_readers=[CLIENT_BASIC.user_id]))
    assert "client_basic" in await world.told()


async def test_of_many_at_once_each_is_told_of_those_that_are_shared(world: Any) -> None:
    parties = {"reseller_id": RESELLER.organisation_id, "client_id": CLIENT.organisation_id}
    shared = MovedIncident(number="20122302", title="Panne partagée", **parties)
    event = moved(readers=[])
    await world.tell(event.model_copy(update={"incidents": [*event.incidents, shared]}))
    told = await world.told()
    assert told["client"] == ["[Nouveau statut] 2 incidents"]
    assert told["client_basic"] == ["[Nouveau statut] Incident n. 20122302"]


async def test_a_person_who_moved_to_another_organisation_is_not_told(world: Any) -> None:
    moved_on = {"organisation_id": OTHER_CLIENT.organisation_id, "version": 2}
    await world.tell(world.facts.user(CLIENT_BASIC, **moved_on))
    given = of_incident(IncidentShared, readers=[CLIENT_BASIC.user_id], given_to=[CLIENT_BASIC.user_id])
    await world.tell(given, world.facts.declared(CLIENT, readers=[CLIENT_BASIC.user_id]))
    assert "client_basic" not in await world.told()


async def test_what_is_shared_no_more_leaves_the_feed(world: Any) -> None:
    await world.tell(world.facts.message("client", RESELLER))
    assert (await world.feed(CLIENT_BASIC))["unread_count"] == 1
    await world.tell(of_incident(IncidentShared, readers=[]))
    feed = await world.feed(CLIENT_BASIC)
    assert (feed["items"], feed["total"], feed["unread_count"]) == ([], 0, 0)
    async with world.harness.client(CLIENT_BASIC) as http:
        assert (await http.get("/api/v1/notifications/unread")).json()["items"] == []
    assert (await world.feed(CLIENT))["unread_count"] == 1
    await world.harness.run_jobs()
    assert address(CLIENT_BASIC) not in reached(world)
    assert address(CLIENT) in reached(world)


async def test_who_is_no_administrator_any_more_reads_no_private_lines(world: Any) -> None:
    await world.tell(world.facts.status(readers=[]))
    assert (await world.feed(CLIENT))["total"] == 1
    await world.tell(world.facts.user(CLIENT, role="basic", version=2))
    assert (await world.feed(CLIENT))["total"] == 0


async def test_an_event_of_before_takes_no_sharing_back(world: Any) -> None:
    await world.tell(world.facts.status(readers=[CLIENT_BASIC.user_id]))
    async with world.harness.service.database.transaction() as session:
        await projections.incident(session, world.facts.missed())
    [known] = await world.rows("SELECT readers, version FROM incidents")
    assert (known["readers"], known["version"]) == ([CLIENT_BASIC.user_id], 6)

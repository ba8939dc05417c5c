"""What SQP moved together is told together: one line and one e-mail a person, whatever the number of incidents."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from services.notifications.tests.people import actor

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP
from events.desk import IncidentsMoved, MovedIncident

SIDES = {"reseller", "reseller_basic", "client", "client_basic"}


def moved(*incidents: MovedIncident, status: Any = "closed", **more: Any) -> IncidentsMoved:
    values: dict[str, Any] = {"actor": actor(SQP), "at": "2020-12-23T17:27:00Z", "job_id": uuid4(), **more}
    return IncidentsMoved(version=1, status=status, incidents=list(incidents), **values)


def incident(number: str, by: Any = RESELLER, client: Any = CLIENT) -> MovedIncident:
    client_id = client.organisation_id if client else None
    title = f"Panne {number}"
    return MovedIncident(number=number, title=title, reseller_id=by.organisation_id, client_id=client_id)


async def test_a_person_is_told_once_of_all_that_is_theirs(world: Any) -> None:
    event = moved(
        incident("20122301"),
        incident("20122302", client=None),
        incident("20122303", OTHER_RESELLER, client=None),
        note="Fermeture annuelle",
    )
    await world.tell(event)
    told = await world.told()
    assert set(told) == {*SIDES, "other_reseller"}
    assert told["reseller"] == ["[Nouveau statut] 2 incidents"]
    assert told["client"] == ["[Nouveau statut] Incident n. 20122301"]
    assert told["other_reseller"] == ["[Nouveau statut] Incident n. 20122303"]
    line = (await world.feed(RESELLER))["items"][0]
    assert (line["body"], line["subject"]["path"]) == (
        "2 incidents ont été clos. «\u00a0Fermeture annuelle\u00a0»",
        "/incidents?numbers=20122301,20122302",
    )
    assert (await world.feed(CLIENT))["items"][0]["subject"]["path"] == "/incidents/20122301"
    await world.harness.run_jobs()
    mails = {each.message["To"].addresses[0].username: each.message for each in world.mail.messages}
    written = mails["reseller"].get_body(("plain",)).get_content()
    assert "- 20122301 · Panne 20122301" in written
    assert "- 20122302 · Panne 20122302" in written
    assert "20122303" not in written
    assert "Fermeture annuelle" in written
    assert len(mails) == len(world.mail.messages) == 5


async def test_each_of_them_is_followed_without_being_told(world: Any) -> None:
    await world.tell(world.facts.status("closed", SQP, told_with=uuid4()))
    assert await world.told() == {}


async def test_what_is_awaited_is_said_of_many(world: Any) -> None:
    event = moved(incident("20122301"), incident("20122302"), status="pending", reason="waiting_reseller")
    await world.tell(event)
    assert (await world.feed(RESELLER))["items"][0]["body"] == (
        "2 incidents sont en attente\u00a0: SQP attend une réponse du revendeur."
    )

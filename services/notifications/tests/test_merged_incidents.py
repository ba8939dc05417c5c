"""Two incidents were merged, or parted again: told once to those whom they concern, who are led to where it goes on."""

from __future__ import annotations

from typing import Any

from services.notifications.tests.people import actor

from devkit.harness import CLIENT, RESELLER, SQP
from events.incidents import IncidentMerged

SIDES = {"reseller", "reseller_basic", "client", "client_basic"}


def merged(**more: Any) -> IncidentMerged:
    values: dict[str, Any] = {
        "version": 7,
        "number": "20122301",
        "contract_number": "29962",
        "title": "Panne",
        "reseller_id": RESELLER.organisation_id,
        "client_id": CLIENT.organisation_id,
        "status": "in_diagnosis",
        "actor": actor(SQP),
        "at": "2020-12-23T17:27:00Z",
        "source": "20122302",
        "source_title": "Encore en panne",
    }
    return IncidentMerged(**{**values, **more})


async def test_both_sides_are_told_once_of_the_two_and_led_to_the_one_that_goes_on(world: Any) -> None:
    await world.tell(world.facts.status("closed", SQP, told_with="0c9c1b7e-7d0a-4b52-9a51-3d5b5a0c7c11"))
    await world.tell(merged())
    told = await world.told()
    assert set(told) == SIDES
    assert told["client"] == ["[Nouveau statut] Incident n. 20122302"]
    line = (await world.feed(RESELLER))["items"][0]
    assert line["body"] == ("Cet incident est fusionné avec l’incident n°\u00a020122301\u00a0: la suite s’y lit.")
    assert line["subject"]["path"] == "/incidents/20122301"
    await world.harness.run_jobs()
    assert len(world.mail.messages) == len(SIDES)


async def test_once_parted_they_are_told_and_led_to_the_one_that_is_back(world: Any) -> None:
    await world.tell(merged(undone=True))
    line = (await world.feed(CLIENT))["items"][0]
    assert line["body"].startswith("La fusion avec l’incident n°\u00a020122301 est annulée")
    assert line["subject"]["path"] == "/incidents/20122302"


async def test_the_agent_who_had_it_is_told_but_not_who_merged(world: Any) -> None:
    await world.tell(merged(agent_ids=[SQP.user_id]))
    assert set(await world.told()) == SIDES
    await world.tell(merged(version=8, actor=actor(RESELLER), agent_ids=[SQP.user_id]))
    assert "sqp" in await world.told()

"""From events to feeds: every line of the table, never the author, nobody twice, whatever the order."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, SQP, person
from notifications.errors import NotYetKnown

SQP_SIDE, RESELLER_SIDE, CLIENT_SIDE = ({n, f"{n}_basic"} for n in ("sqp", "reseller", "client"))


async def test_a_clients_declaration_reaches_sqp_and_the_reseller(world: Any) -> None:
    await world.tell(world.facts.declared(CLIENT))
    told = await world.told()
    assert set(told) == SQP_SIDE | RESELLER_SIDE
    assert told["sqp"] == ["[Nouvel incident] Incident n. 20122301"]


async def test_a_resellers_declaration_reaches_sqp_and_the_client(world: Any) -> None:
    await world.tell(world.facts.declared(RESELLER))
    assert set(await world.told()) == SQP_SIDE | CLIENT_SIDE


async def test_a_declaration_on_the_telephone_reaches_reseller_and_client_in_bell_and_mail(world: Any) -> None:
    await world.tell(world.facts.declared_for_a_caller())
    told = await world.told()
    assert set(told) == RESELLER_SIDE | CLIENT_SIDE
    assert told["reseller"] == ["[Nouvel incident] Incident n. 20122301"]
    await world.harness.run_jobs()
    written = "\n".join(each.message.get_body(("plain",)).get_content() for each in world.mail.messages)
    assert {row["recipient"].split("@")[0] for row in await world.emails()} == RESELLER_SIDE | CLIENT_SIDE
    assert "Durand" in written


async def test_a_status_reaches_reseller_and_client_but_never_its_author(world: Any) -> None:
    await world.tell(world.facts.status("resolved", SQP))
    assert set(await world.told()) == RESELLER_SIDE | CLIENT_SIDE
    await world.tell(world.facts.status("cancelled", CLIENT, version=3))
    told = await world.told()
    assert len(told["client"]) == 1
    assert len(told["client_basic"]) == len(told["reseller"]) == 2


@pytest.mark.parametrize(
    ("thread", "by", "told"),
    [
        ("client", CLIENT, RESELLER_SIDE),
        ("client", RESELLER, CLIENT_SIDE),
        ("sqp", RESELLER, SQP_SIDE),
        ("sqp", SQP, RESELLER_SIDE),
    ],
)
async def test_a_message_reaches_the_other_side_of_its_thread(world: Any, thread: str, by: Any, told: set[str]) -> None:
    await world.tell(world.facts.message(thread, by))
    assert set(await world.told()) == told


async def test_contracts_are_told_to_administrators_alone(world: Any) -> None:
    await world.tell(world.facts.registered(), world.facts.extended(), world.facts.expiring())
    told = await world.told()
    assert set(told) == {"reseller", "client"}
    assert sorted(told["reseller"]) == [
        "[Contrat étendu] Contrat n°\xa029962",
        "[Fin de garantie] Contrat n°\xa029962",
        "[Nouveau contrat] Contrat n°\xa029962",
    ]


async def test_the_first_contract_of_an_unknown_reseller_is_told_to_nobody(empty: Any) -> None:
    await empty.tell(empty.facts.registered())
    assert await empty.told() == {}
    assert await empty.emails() == []


async def test_a_sign_up_request_is_told_to_the_resellers_administrator(world: Any) -> None:
    await world.tell(world.facts.sign_up())
    assert await world.told() == {"reseller": ["[Demande d’accès] Client Test"]}


async def test_a_new_device_is_told_to_the_person_alone(world: Any) -> None:
    await world.tell(world.facts.new_device(CLIENT_BASIC))
    assert await world.told() == {"client_basic": ["[Nouvelle connexion] Votre compte"]}


async def test_a_new_device_of_a_person_still_on_the_way_waits(empty: Any) -> None:
    with pytest.raises(NotYetKnown):
        await empty.tell(empty.facts.new_device(RESELLER))
    await empty.tell(empty.facts.user(RESELLER), empty.facts.new_device(RESELLER))
    assert set(await empty.told()) == {"reseller"}


async def test_nobody_is_told_twice_by_duplicates(world: Any) -> None:
    event, identifier = world.facts.status(), uuid4()
    deliveries = (world.harness.deliver(event, event_id=identifier) for _ in range(4))
    assert sorted(await asyncio.gather(*deliveries)) == [0, 0, 0, 1]
    assert (await world.feed(RESELLER))["total"] == 1
    assert len([e for e in await world.emails() if e["user_id"] == RESELLER.user_id]) == 1


async def test_nobody_is_told_twice_even_when_the_inbox_has_forgotten(world: Any) -> None:
    event, identifier = world.facts.status(), uuid4()
    await world.tell(event, event_id=identifier)
    await world.sql("DELETE FROM inbox")
    await world.tell(event, event_id=identifier)
    assert (await world.feed(RESELLER))["total"] == 1
    assert len([e for e in await world.emails() if e["user_id"] == RESELLER.user_id]) == 1


async def test_the_order_of_arrival_changes_nothing_of_who_is_told(world: Any) -> None:
    events = [world.facts.declared(CLIENT), world.facts.status(), world.facts.message("sqp", SQP)]
    await world.tell(*reversed(events))
    told = await world.told()
    assert len(told["reseller"]) == 3
    assert len(told["sqp"]) == 1
    assert len(told["client"]) == 1


async def test_an_older_state_of_a_person_changes_nothing(world: Any) -> None:
    await world.tell(world.facts.user(RESELLER, version=3, status="disabled"))
    await world.tell(world.facts.user(RESELLER, version=2, status="active"))
    await world.tell(world.facts.status())
    assert "reseller" not in await world.told()


@pytest.mark.parametrize("status", ["disabled", "invited"])
async def test_disabled_and_invited_people_are_told_nothing(world: Any, status: str) -> None:
    await world.tell(world.facts.user(RESELLER, version=2, status=status))
    await world.tell(world.facts.status(), world.facts.registered(), world.facts.new_device(RESELLER))
    assert "reseller" not in await world.told()
    assert RESELLER.user_id not in {email["user_id"] for email in await world.emails()}


async def test_closed_portal_access_silences_the_organisation_until_it_opens(world: Any) -> None:
    await world.tell(world.facts.organisation(CLIENT, version=2, portal_access=False))
    await world.tell(world.facts.organisation(CLIENT, version=1, portal_access=True))
    await world.tell(world.facts.status())
    assert set(await world.told()) == RESELLER_SIDE
    await world.tell(world.facts.organisation(CLIENT, version=3, portal_access=True))
    await world.tell(world.facts.status("closed", version=3))
    assert set(await world.told()) == RESELLER_SIDE | CLIENT_SIDE


async def test_a_second_person_of_the_authors_side_is_not_told_of_a_message(world: Any) -> None:
    colleague = person("reseller", "REV-0001", name="Collègue")
    await world.tell(world.facts.user(colleague))
    await world.tell(world.facts.message("client", RESELLER_BASIC))
    assert (await world.feed(colleague))["total"] == 0


async def test_a_contract_that_a_person_gives_reaches_its_new_clients_administrator_alone(world: Any) -> None:
    await world.tell(world.facts.changed(), world.facts.changed(number="3", given_by=RESELLER.user_id))
    assert await world.told() == {"client": ["[Nouveau contrat] Contrat n°\xa03"]}

"""Who invites whom: SQP everybody, a reseller its clients' people, an administrator colleagues."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP

COLLEAGUE = {"login": "nouveau", "first_name": "N", "last_name": "Ouveau", "email": "n@exemple.fr", "role": "basic"}


RIGHT = "juste@exemple.fr"


async def test_sqp_invites_an_administrator_where_the_only_one_left_with_the_mailbox(world: Any) -> None:
    path = f"/resellers/{OTHER_RESELLER.organisation_id}/invitation"
    successor = {"email": "successeur@exemple.fr", "first_name": "Suzanne", "role": "administrator"}
    sent = await world.call("POST", path, SQP, json=successor)
    assert (sent.status_code, sent.json()["role"], sent.json()["login"]) == (201, "administrator", "successeur")
    [(_, token)] = await world.links()
    assert (await world.activate(token)).status_code == 200
    again = await world.call("POST", path, SQP, json=successor)
    assert (again.status_code, again.json()["code"]) == (409, "account_exists")


async def test_without_a_role_the_first_person_is_the_administrator_and_later_ones_read(world: Any) -> None:
    path = f"/clients/{CLIENT.organisation_id}/invitation"
    later = await world.call("POST", path, RESELLER, json={"email": "a@exemple.fr"})
    assert later.json()["role"] == "basic"
    await world.sql("UPDATE users SET status = 'disabled' WHERE login = 'client'")
    first = await world.call("POST", path, RESELLER, json={"email": "b@exemple.fr"})
    assert first.json()["role"] == "administrator"


async def test_a_reseller_invites_its_clients_first_person_and_sends_again(world: Any) -> None:
    await world.without_people(CLIENT)
    path = f"/clients/{CLIENT.organisation_id}/invitation"
    sent = await world.call("POST", path, RESELLER, json={"email": "premier@exemple.fr", "first_name": "Jeanne"})
    assert sent.status_code == 201
    [(invited, _)] = await world.links()
    assert (invited.purpose, invited.first_name, invited.last_name) == ("invitation", "Jeanne", "")
    again = f"/invitations/{sent.json()['id']}/again"
    assert (await world.call("POST", again, RESELLER, json={"email": "premiere@exemple.fr"})).status_code == 200
    [_, (second, token)] = await world.links()
    assert second.email == "premiere@exemple.fr"
    assert (await world.activate(token)).status_code == 200
    [shown] = (await world.call("GET", f"/clients/{CLIENT.organisation_id}/users", RESELLER)).json()["items"]
    assert (shown["status"], shown["invitation"]) == ("active", None)
    assert (await world.call("POST", again, RESELLER, json={})).json()["code"] == "not_invited"


@pytest.mark.parametrize(
    ("person", "login"),
    [
        ({"first_name": "Élodie", "last_name": "de la Tour"}, "elodie.de-la-tour"),
        ({"first_name": "Zoë", "last_name": "Œuvre-Ñandú"}, "zoe.oeuvre-nandu"),
        ({"first_name": "Jean"}, "j.test"),
        ({"email": "J.Martin+sav@exemple.fr"}, "j.martin"),
        ({"email": "jo@exemple.fr"}, "cli-0001"),
        ({"first_name": "李", "last_name": "王", "email": "sav@exemple.fr"}, "sav"),
        ({"first_name": "x" * 60, "last_name": "y"}, "x" * 34),
    ],
)
async def test_a_person_is_offered_a_log_in_of_the_persons_own_and_the_next_free_one(
    world: Any, person: dict[str, str], login: str
) -> None:
    await world.without_people(CLIENT)
    path, wanted = f"/clients/{CLIENT.organisation_id}/invitation", {"email": "j.test@exemple.fr", **person}
    assert (await world.call("POST", path, RESELLER, json=wanted)).json()["login"] == login
    namesake = {**wanted, "email": f"{wanted['email'].partition('@')[0]}@autre.fr"}
    assert (await world.call("POST", path, RESELLER, json=namesake)).json()["login"] == f"{login}-2"


async def test_an_invitation_names_the_organisation_of_who_sent_it(world: Any) -> None:
    await world.call("POST", f"/clients/{CLIENT.organisation_id}/invitation", RESELLER, json={"email": "a@exemple.fr"})
    sent = await world.call(
        "POST", f"/clients/{CLIENT.organisation_id}/invitation", SQP, json={"email": "b@exemple.fr"}
    )
    await world.call("POST", "/users", CLIENT, json=COLLEAGUE)
    await world.call("POST", f"/invitations/{sent.json()['id']}/again", RESELLER, json={})
    names = {who: (await world.call("GET", "/organisation", who)).json()["name"] for who in (SQP, RESELLER, CLIENT)}
    told = [(event.email, event.invited_by, event.organisation_name) for event, _ in await world.links()]
    assert told == [
        ("a@exemple.fr", names[RESELLER], names[CLIENT]),
        ("b@exemple.fr", names[SQP], names[CLIENT]),
        ("n@exemple.fr", names[CLIENT], names[CLIENT]),
        ("b@exemple.fr", names[RESELLER], names[CLIENT]),
    ]


async def test_a_reseller_reaches_its_clients_people_alone(world: Any) -> None:
    colleague = (await world.call("POST", "/users", OTHER_RESELLER, json=COLLEAGUE)).json()["id"]
    assert (await world.call("POST", f"/invitations/{colleague}/again", RESELLER, json={})).status_code == 404
    assert (await world.call("GET", "/invitations", RESELLER)).json()["total"] == 0
    assert (await world.call("GET", "/invitations", SQP)).json()["total"] == 1
    own = f"/clients/{RESELLER.organisation_id}/invitation"
    assert (await world.call("POST", own, RESELLER, json={"email": "x@exemple.fr"})).status_code == 404


async def test_a_closed_client_is_not_invited(world: Any) -> None:
    await world.sql("UPDATE organisations SET portal_access = false WHERE id = :id", id=CLIENT.organisation_id)
    path = f"/clients/{CLIENT.organisation_id}/invitation"
    refused = await world.call("POST", path, RESELLER, json={"email": "x@exemple.fr"})
    assert refused.json()["code"] == "portal_closed"


async def test_a_corrected_address_of_a_client_takes_its_invitation_along(world: Any) -> None:
    await world.without_people(CLIENT)
    await world.register_contract()
    await world.register("cli-0001@exemple.fr")
    await world.change(f"/clients/{CLIENT.organisation_id}", RESELLER, {"email": RIGHT})
    [(_, old), (invited, new)] = await world.links()
    assert (invited.email, invited.purpose) == (RIGHT, "client_sign_up")
    assert [(await world.activate(token)).status_code for token in (old, new)] == [409, 200]


async def test_a_colleagues_invitation_follows_the_corrected_address(world: Any) -> None:
    created = (await world.call("POST", "/users", RESELLER, json=COLLEAGUE)).json()
    await world.change(f"/users/{created['id']}", RESELLER, {"email": RIGHT})
    [(_, old), (invited, new)] = await world.links()
    assert invited.email == RIGHT
    assert [(await world.activate(token)).status_code for token in (old, new)] == [409, 200]


async def test_a_basic_person_of_a_reseller_sees_invitations_and_sends_none(world: Any) -> None:
    sent = await world.call(
        "POST", f"/clients/{CLIENT.organisation_id}/invitation", RESELLER, json={"email": "a@exemple.fr"}
    )
    seen = (await world.call("GET", "/invitations", RESELLER_BASIC)).json()["items"]
    assert [UUID(one["id"]) for one in seen] == [UUID(sent.json()["id"])]
    path = f"/invitations/{sent.json()['id']}/again"
    assert (await world.call("POST", path, RESELLER_BASIC, json={})).status_code == 403

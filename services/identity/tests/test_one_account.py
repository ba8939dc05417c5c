"""One person has one account per organisation, however its address comes again."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER
from events.identity import AccountInvited, PasswordResetRequested, SignUpRequested

COLLEAGUE = {"login": "nouveau", "first_name": "N", "last_name": "Ouveau", "email": "n@exemple.fr", "role": "basic"}


# Every way by which an address that is known may come again, for a person who waits, is active, or was disabled.
KNOWN = "client_lecteur@exemple.fr"


async def come_by_sign_up(world: Any) -> int:
    answer: int = (await world.register(KNOWN.upper())).status_code
    return answer


async def come_by_sign_up_on_file(world: Any) -> int:
    await world.sql("UPDATE organisations SET email = :email WHERE id = :id", email=KNOWN, id=CLIENT.organisation_id)
    return await come_by_sign_up(world)


async def come_by_approval(world: Any) -> int:
    """The request was made before the account."""
    await world.sql("UPDATE users SET email = 'autre@exemple.fr' WHERE login = 'client_lecteur'")
    await world.register(KNOWN)
    [request] = (await world.call("GET", "/sign-up-requests", RESELLER, params={"state": "pending"})).json()["items"]
    await world.sql("UPDATE users SET email = :email WHERE login = 'client_lecteur'", email=KNOWN)
    decided = await world.change(f"/sign-up-requests/{request['id']}/approve", RESELLER, None, method="POST")
    answer: int = decided.status_code
    return answer


async def come_by_the_administrator(world: Any) -> int:
    body = {**COLLEAGUE, "login": "client_lecteur2", "email": KNOWN}
    answer: int = (await world.call("POST", "/users", CLIENT, json=body)).status_code
    return answer


async def come_by_the_reseller(world: Any) -> int:
    path = f"/clients/{CLIENT.organisation_id}/invitation"
    answer: int = (await world.call("POST", path, RESELLER, json={"email": KNOWN})).status_code
    return answer


async def come_by_a_change(world: Any) -> int:
    changed = await world.change(f"/users/{CLIENT.user_id}", CLIENT, {"email": KNOWN})
    answer: int = changed.status_code
    return answer


async def come_by_ones_own_change(world: Any) -> int:
    changed = await world.change("/me", CLIENT, {"email": KNOWN})
    answer: int = changed.status_code
    return answer


# What each way answers and sends for a person in that state: links of an invitation, links to another password.
COMING = {
    come_by_sign_up: {"invited": (202, 1, 0), "active": (202, 0, 1), "disabled": (202, 0, 0)},
    come_by_sign_up_on_file: {"invited": (202, 1, 0), "active": (202, 0, 1), "disabled": (202, 0, 0)},
    come_by_approval: {"invited": (200, 1, 0), "active": (200, 0, 1), "disabled": (409, 0, 0)},
    come_by_the_administrator: {"invited": (200, 1, 0), "active": (409, 0, 0), "disabled": (409, 0, 0)},
    come_by_the_reseller: {"invited": (200, 1, 0), "active": (409, 0, 0), "disabled": (409, 0, 0)},
    come_by_a_change: {"invited": (409, 0, 0), "active": (409, 0, 0), "disabled": (409, 0, 0)},
    come_by_ones_own_change: {"invited": (409, 0, 0), "active": (409, 0, 0), "disabled": (409, 0, 0)},
}


@pytest.mark.parametrize("state", ["invited", "active", "disabled"])
@pytest.mark.parametrize("come", COMING, ids=lambda come: come.__name__)
async def test_one_person_has_one_account_per_organisation(world: Any, told: Any, come: Any, state: str) -> None:
    await world.register_contract()
    await world.sql("UPDATE users SET status = :state WHERE id = :id", state=state, id=CLIENT_BASIC.user_id)
    if state == "invited":
        await world.sql("UPDATE users SET password_hash = NULL WHERE id = :id", id=CLIENT_BASIC.user_id)
    status = await come(world)
    invited = [event for event in await told(AccountInvited) if event.user_id == CLIENT_BASIC.user_id]
    resets = await told(PasswordResetRequested)
    assert (status, len(invited), len(resets)) == COMING[come][state]
    assert {event.because for event in resets} <= {"account_exists"}
    people = (await world.call("GET", "/users", CLIENT)).json()["items"]
    assert len(people) == 2
    assert sum(person["email"] == KNOWN for person in people) == 1


async def test_a_known_address_that_is_invited_anew_takes_what_is_said_now(world: Any) -> None:
    first = (await world.call("POST", "/users", RESELLER, json=COLLEAGUE)).json()
    wanted = {**COLLEAGUE, "login": "autre.nom", "role": "administrator", "email": "N@exemple.fr"}
    second = await world.call("POST", "/users", RESELLER, json=wanted)
    assert (second.status_code, second.json()["id"]) == (200, first["id"])
    assert (second.json()["login"], second.json()["role"]) == ("autre.nom", "administrator")
    taken = await world.call("POST", "/users", RESELLER, json={**wanted, "login": "client"})
    assert taken.json()["code"] == "login_taken"


async def test_one_mailbox_may_have_an_account_in_each_of_two_organisations(world: Any) -> None:
    body = {**COLLEAGUE, "email": KNOWN}
    assert (await world.call("POST", "/users", RESELLER, json=body)).status_code == 201


async def test_bob_who_loses_his_link_and_signs_up_again_has_one_account(world: Any, told: Any) -> None:
    """F16 as it was reported."""
    await world.without_people(CLIENT)
    await world.register_contract()
    await world.register("bob@exemple.fr")
    [request] = (await world.call("GET", "/sign-up-requests", RESELLER)).json()["items"]
    await world.change(f"/sign-up-requests/{request['id']}/approve", RESELLER, None, method="POST")
    await world.register("bob@exemple.fr")
    assert len(await told(SignUpRequested)) == 1
    [(first, old), (second, new)] = await world.links()
    assert first.user_id == second.user_id
    # The one before stays good until either is used.
    assert [(await world.activate(token)).status_code for token in (old, new)] == [200, 409]
    [person] = (await world.call("GET", f"/clients/{CLIENT.organisation_id}/users", RESELLER)).json()["items"]
    assert (person["role"], person["status"]) == ("administrator", "active")

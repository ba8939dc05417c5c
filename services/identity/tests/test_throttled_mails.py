"""What strangers and senders may have mailed, and that it stops no mail of another's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from devkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, SQP
from events.identity import AccountInvited, PasswordResetRequested, SignUpRequested

USER = {"login": "nouveau", "first_name": "N", "last_name": "O", "email": "n@exemple.fr", "role": "basic"}
HERE = "192.0.2.1"
FRESH = "203.0.113.77"


async def forget(world: Any, login: str, address: str = HERE) -> None:
    assert (await world.ask("/auth/password/forgot", {"login": login}, address)).status_code == 202
    await world.harness.run_jobs()


async def test_a_mailbox_gets_few_links_and_each_of_them_is_good(cheap: Any) -> None:
    """A stranger who asks for another's links fills a share, and takes nothing: what was sent stays good."""
    for n in range(12):
        await forget(cheap, "client" if n % 2 else "client@exemple.fr", f"198.51.100.{n}")
    links = await cheap.links(PasswordResetRequested)
    assert len(links) == 5
    body = {"token": links[0][1], "password": "un tout nouveau mot de passe"}
    assert (await cheap.ask("/auth/password/reset", body)).status_code == 200


@pytest.mark.parametrize("status", ["active", "invited"])
async def test_foreign_accounts_on_ones_address_starve_nobody(world: Any, status: str) -> None:
    """Eleven accounts with the victim's e-mail and lower ids."""
    for n in range(11):
        await world.sql(
            "INSERT INTO users (id, organisation_id, login, first_name, last_name, email, phone, role, status,"
            " language, email_undeliverable, version, search_text) VALUES (:id, :of, :login, '', '', :email, '',"
            " 'basic', :status, 'fr', false, 1, '')",
            id=UUID(int=n + 1), of=OTHER_RESELLER.organisation_id, login=f"evil{n}",
            email="client@exemple.fr", status=status,
        )  # fmt: skip
    await forget(world, "client@exemple.fr")
    assert CLIENT.user_id in {event.user_id for event, _ in await world.links(PasswordResetRequested)}
    await forget(world, "client")
    assert {event.user_id for event, _ in await world.links(PasswordResetRequested)} >= {CLIENT.user_id}


async def invite(world: Any, n: int, email: str, caller: Any = RESELLER) -> Any:
    return await world.call("POST", "/users", caller, json={**USER, "login": f"invite{n}", "email": email})


async def test_an_organisation_sends_so_many_invitations(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, invitations_per_sender=4)
    answers = [(await invite(world, n, f"{n}@exemple.fr")).status_code for n in range(6)]
    assert answers == [201] * 4 + [429] * 2
    assert (await invite(world, 9, "9@exemple.fr", CLIENT)).status_code == 201, "another organisation"
    assert len(await world.links(AccountInvited)) == 5
    assert await world.user("invite5") is None


@pytest.mark.parametrize("caller", [CLIENT, OTHER_RESELLER, SQP], ids=["client", "other reseller", "sqp"])
async def test_an_organisation_sends_so_many_invitations_to_a_mailbox_and_stops_no_other(
    world: Any, monkeypatch: pytest.MonkeyPatch, caller: Any
) -> None:
    world.settings(monkeypatch, invitations_per_recipient=3)
    user = (await invite(world, 0, "a@exemple.fr")).json()
    again = [await world.call("POST", f"/users/{user['id']}/invitation", RESELLER) for _ in range(4)]
    assert [answer.status_code for answer in again] == [202, 202, 429, 429]
    assert (await invite(world, 1, "A@exemple.fr", caller)).status_code == 201


async def test_invitations_of_a_mailbox_stop_no_change_to_that_address(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings(monkeypatch, invitations_per_recipient=1)
    assert (await invite(world, 0, "a@exemple.fr")).status_code == 201
    body = {"email": "a@exemple.fr", "current_password": world.password}
    assert (await world.change("/me", CLIENT, body)).status_code == 200
    again = [await world.call("POST", path, CLIENT) for path in ("/me/pending-email/link",) * 2]
    assert [answer.status_code for answer in again] == [429, 429]
    assert (await world.change("/me", OTHER_CLIENT, body)).status_code == 200


async def sign_up(world: Any, email: str, number: str = "29962", address: str = HERE) -> int:
    body = {"contract_number": number, "serial_number": "Q207B17555", "email": email}
    return int((await world.ask("/auth/register", body, address)).status_code)


@pytest.mark.parametrize("notation", ["29962", "029962", " 29 962", "*29962*", "2996\u200b2", "２９９６２"])
async def test_sign_ups_of_a_network_are_refused_aloud_and_those_of_another_reach_the_reseller(
    world: Any, monkeypatch: pytest.MonkeyPatch, told: Any, notation: str
) -> None:
    world.settings(monkeypatch, sign_ups_per_contract=2)
    await world.register_contract()
    junk = [await sign_up(world, f"junk{n}@exemple.fr", "29962" if n < 2 else notation) for n in range(4)]
    assert junk == [202, 202, 429, 429]
    assert await sign_up(world, "vrai@exemple.fr", notation, FRESH) == 202
    await world.harness.run_jobs()
    assert [event.email.partition("@")[0] for event in await told(SignUpRequested)] == ["junk0", "junk1", "vrai"]


async def test_every_sign_up_that_is_accepted_reaches_the_reseller(world: Any, told: Any) -> None:
    await world.register_contract()
    for n in range(45):
        assert await sign_up(world, f"{n}@exemple.fr", address=f"198.51.100.{n // 20}") == 202
    await world.harness.run_jobs()
    assert len(await told(SignUpRequested)) == 45

"""Which links stay good after what happens to an account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from services.identity.tests.conftest import NEW, OFFICE

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, SQP
from events.identity import AccountInvited, EmailChangeAnnounced, EmailChangeRequested, MailLink, PasswordResetRequested

NEXT = "neuve@exemple.fr"
FILED = "cli-0001@exemple.fr"
PATH = f"/users/{CLIENT_BASIC.user_id}"
KINDS: dict[str, tuple[type[MailLink], str]] = {
    "invitation": (AccountInvited, "activation"),
    "reset": (PasswordResetRequested, "password/link"),
    "confirmation": (EmailChangeRequested, "email/link"),
    "objection": (EmailChangeAnnounced, "password/link"),
}
Happening = Callable[[Any], Awaitable[Any]]


async def last(world: Any, kind: str) -> str:
    return str((await world.links(KINDS[kind][0]))[-1][1])


async def follow(world: Any, kind: str, path: str, **more: Any) -> None:
    answer = await world.ask(path, {"token": await last(world, kind), **more})
    assert answer.status_code == 200, answer.text


async def change(world: Any, body: Any, path: str = PATH) -> None:
    answer = await world.change(path, CLIENT, body)
    assert answer.status_code == 200, answer.text


async def nothing(_world: Any) -> None:
    """What the others are measured by."""


async def forgotten_again(world: Any) -> None:
    await world.ask("/auth/password/forgot", {"login": "client_lecteur"})
    await world.harness.run_jobs()


async def address_confirmed(world: Any) -> None:
    await follow(world, "confirmation", "/auth/email/confirm")


async def address_taken_back(world: Any) -> None:
    await follow(world, "objection", "/auth/password/reset", password=NEW)


async def change_cancelled(world: Any) -> None:
    assert (await world.call("DELETE", "/me/pending-email", CLIENT_BASIC)).status_code == 204


async def another_address_asked(world: Any) -> None:
    await change(world, {"email": "encore@exemple.fr"})


async def names_and_role_changed(world: Any) -> None:
    await change(world, {"first_name": "Autre", "role": "administrator", "login": "lecteur_neuf"})


async def case_of_the_address_changed(world: Any) -> None:
    await change(world, {"email": "Client_Lecteur@exemple.fr"})


async def password_reset(world: Any) -> None:
    await follow(world, "reset", "/auth/password/reset", password=NEW)


async def password_changed(world: Any) -> None:
    body = {"current": world.password, "new": NEW}
    assert (await world.call("POST", "/me/password", CLIENT_BASIC, json=body)).status_code == 204


async def disabled_and_enabled(world: Any) -> None:
    await change(world, {"status": "disabled"})
    await change(world, {"status": "active"})


# What happened to a person with a password, and which of the links sent before are still good.
ACTIVE: list[tuple[Happening, set[str]]] = [
    (nothing, {"reset", "confirmation", "objection"}),
    (forgotten_again, {"reset", "confirmation", "objection"}),
    (names_and_role_changed, {"reset", "confirmation", "objection"}),
    (case_of_the_address_changed, {"reset", "confirmation", "objection"}),
    (address_confirmed, {"objection"}),
    (address_taken_back, set()),
    (change_cancelled, {"reset", "objection"}),
    (another_address_asked, {"reset", "objection"}),
    (password_reset, {"objection"}),
    (password_changed, {"confirmation", "objection"}),
    (disabled_and_enabled, {"objection"}),
]


async def good(world: Any, sent: dict[str, str]) -> set[str]:
    asked = {kind: await world.ask(f"/auth/{KINDS[kind][1]}", {"token": token}) for kind, token in sent.items()}
    return {kind for kind, answer in asked.items() if answer.status_code == 200}


@pytest.mark.parametrize(("happens", "stay"), ACTIVE, ids=[happens.__name__ for happens, _ in ACTIVE])
async def test_links_of_an_active_account(world: Any, happens: Happening, stay: set[str]) -> None:
    await change(world, {"email": NEXT})
    await forgotten_again(world)
    sent = {kind: await last(world, kind) for kind in ("reset", "confirmation", "objection")}
    await happens(world)
    assert await good(world, sent) == stay


async def invited_again_by_a_colleague(world: Any) -> None:
    assert (await world.call("POST", f"{PATH}/invitation", CLIENT)).status_code == 202


async def invited_again_by_the_reseller(world: Any) -> None:
    answer = await world.call("POST", f"/invitations/{CLIENT_BASIC.user_id}/again", RESELLER, json={})
    assert answer.status_code == 200


async def corrected_by_sqp(world: Any) -> None:
    path = f"/invitations/{CLIENT_BASIC.user_id}/again"
    assert (await world.call("POST", path, SQP, json={"email": NEXT})).status_code == 200


async def corrected_by_a_colleague(world: Any) -> None:
    await change(world, {"email": NEXT})


async def corrected_by_the_back_office(world: Any) -> None:
    body = {"name": "Client", "email": NEXT, "reseller_code": "REV-0001"}
    answer = await world.call("PUT", "/backoffice/clients/CLI-0001", OFFICE, json=body)
    assert answer.status_code == 200, answer.text


async def signed_up_again(world: Any) -> None:
    await world.register_contract()
    await world.register(FILED)


async def followed_after_it_was_over(world: Any) -> None:
    await world.ask("/auth/activation/again", {"token": await last(world, "invitation")})
    await world.harness.run_jobs()


async def activated(world: Any) -> None:
    """By a second link, so that the first is not merely used."""
    await forgotten_again(world)
    assert (await world.activate(await last(world, "invitation"))).status_code == 200


# The same of a person who waits for the first password: whether the invitation sent before is still good.
WAITING: list[tuple[Happening, bool]] = [
    (nothing, True),
    (forgotten_again, True),
    (signed_up_again, True),
    (followed_after_it_was_over, True),
    (names_and_role_changed, True),
    (invited_again_by_a_colleague, False),
    (invited_again_by_the_reseller, False),
    (corrected_by_a_colleague, False),
    (corrected_by_sqp, False),
    (corrected_by_the_back_office, False),
    (disabled_and_enabled, False),
    (activated, False),
]


@pytest.mark.parametrize(("happens", "stays"), WAITING, ids=[happens.__name__ for happens, _ in WAITING])
async def test_links_of_an_account_that_waits(world: Any, happens: Happening, stays: bool) -> None:
    waiting = "UPDATE users SET status = 'invited', password_hash = NULL, email = :email WHERE login = 'client_lecteur'"
    await world.sql(waiting, email=FILED)
    await invited_again_by_a_colleague(world)
    sent = {"invitation": await last(world, "invitation")}
    await happens(world)
    assert await good(world, sent) == (set(sent) if stays else set())

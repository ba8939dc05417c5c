"""A first account can always be had, however the first invitation was lost; and one person has one account."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import SQP, back_office
from events import organisation_id
from events.contracts import Party
from events.notifications import EmailFailed

OFFICE = back_office("identity:write")


NEW = "un tout nouveau mot de passe"


TYPO = "revendeur_test@sqp.fr"


RIGHT = "juste@exemple.fr"


NEWCOMER = organisation_id("reseller", "REV-0009")


COLLEAGUE = {"login": "nouveau", "first_name": "N", "last_name": "Ouveau", "email": "n@exemple.fr", "role": "basic"}


@pytest.fixture
async def newcomer(world: Any) -> Any:
    """A reseller whose first contract has just been registered: its first invitation went to ``TYPO``."""
    await world.register_contract(reseller="REV-0009", client=None)
    return world


async def forget(world: Any, login: str) -> Any:
    answer = await world.call("POST", "/auth/password/forgot", json={"login": login})
    await world.harness.run_jobs()
    return answer


async def expire(world: Any) -> None:
    await world.sql("UPDATE link_tokens SET expires_at = now() - interval '1 second'")


async def clear_away(world: Any) -> None:
    """As the hourly job leaves it a month later."""
    await world.sql("DELETE FROM link_tokens")


async def bounce(world: Any) -> None:
    await bounced(world, "rev-0009")


async def bounced(world: Any, login: str, recipient: str = "") -> None:
    user = await world.user(login)
    failed = EmailFailed(
        version=1,
        email_id=uuid4(),
        user_id=user.id,
        organisation_id=user.organisation_id,
        kind="account_invited",
        reason="550 5.1.1 inconnu",
        recipient=recipient,
    )
    await world.harness.deliver(failed)


async def intact(world: Any) -> None:
    """The message was lost in a mailbox."""


LOST = {"lost": (intact, "pending"), "expired": (expire, "expired"), "cleared": (clear_away, "expired")}
LOST["bounced"] = (bounce, "failed")


async def by_sqp(world: Any) -> None:
    user = await world.user("rev-0009")
    sent = await world.call("POST", f"/invitations/{user.id}/again", SQP, json={})
    assert sent.status_code == 200, sent.text


async def by_sqp_corrected(world: Any) -> None:
    user = await world.user("rev-0009")
    sent = await world.call("POST", f"/invitations/{user.id}/again", SQP, json={"email": RIGHT})
    assert (sent.status_code, sent.json()["email"]) == (200, RIGHT)


async def by_the_back_office(world: Any) -> None:
    body = {"name": "Revendeur Test", "email": RIGHT}
    assert (await world.call("PUT", "/backoffice/resellers/REV-0009", OFFICE, json=body)).status_code == 200


async def by_login(world: Any) -> None:
    assert (await forget(world, "rev-0009")).status_code == 202


async def by_address(world: Any) -> None:
    assert (await forget(world, TYPO.upper())).status_code == 202


WAYS = {by_sqp: TYPO, by_sqp_corrected: RIGHT, by_the_back_office: RIGHT, by_login: TYPO, by_address: TYPO}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_first_invitation_that_was_lost_is_had_again(newcomer: Any, lost: str, way: Any) -> None:
    lose, _ = LOST[lost]
    [(_, first)] = await newcomer.links()
    await lose(newcomer)
    await way(newcomer)
    [_, (again, token)] = await newcomer.links()
    assert (again.email, again.login, again.purpose) == (
        WAYS[way],
        "rev-0009",
        "invitation" if lost == "cleared" else "reseller_account",
    )
    assert (await newcomer.activate(token)).status_code == 200
    assert (await newcomer.activate(first)).status_code == 409
    assert (await newcomer.log_in("rev-0009", NEW)).status_code == 200


@pytest.mark.parametrize("lost", LOST)
async def test_sqp_sees_the_invitations_that_nobody_followed(newcomer: Any, lost: str) -> None:
    lose, state = LOST[lost]
    await lose(newcomer)
    [one] = (await newcomer.call("GET", "/invitations", SQP, params={"state": state})).json()["items"]
    assert (one["login"], one["invitation"], one["organisation_name"]) == ("rev-0009", state, "Revendeur Test")
    [same] = (await newcomer.call("GET", f"/resellers/{NEWCOMER}/users", SQP)).json()["items"]
    assert (same["email"], same["invitation"]) == (TYPO, state)
    for other in {"pending", "expired", "failed"} - {state}:
        assert (await newcomer.call("GET", "/invitations", SQP, params={"state": other})).json()["total"] == 0


async def test_an_invitation_that_was_sent_again_is_pending_until_it_fails_again(newcomer: Any) -> None:
    await bounce(newcomer)
    await by_sqp_corrected(newcomer)
    await bounced(newcomer, "rev-0009", TYPO)
    [one] = (await newcomer.call("GET", "/invitations", SQP)).json()["items"]
    assert one["invitation"] == "pending", "the message to the address before bounced late"
    await bounced(newcomer, "rev-0009", RIGHT)
    [one] = (await newcomer.call("GET", "/invitations", SQP)).json()["items"]
    assert one["invitation"] == "failed"


async def test_a_repeated_word_of_the_back_office_sends_nothing(newcomer: Any) -> None:
    """Back offices say everything again each night."""
    for _ in range(2):
        await by_the_back_office(newcomer)
    assert len(await newcomer.links()) == 2
    user = await newcomer.user("rev-0009")
    await newcomer.call("POST", f"/invitations/{user.id}/again", SQP, json={"email": "choisi@exemple.fr"})
    await by_the_back_office(newcomer)
    assert [event.email for event, _ in await newcomer.links()] == [TYPO, RIGHT, "choisi@exemple.fr"]


async def test_a_corrected_address_leaves_an_activated_account_alone(newcomer: Any) -> None:
    [(_, token)] = await newcomer.links()
    await newcomer.activate(token)
    await by_the_back_office(newcomer)
    assert len(await newcomer.links()) == 1
    assert (await newcomer.user("rev-0009")).email == TYPO


async def test_a_reseller_that_had_no_address_gets_its_account_with_its_address(world: Any) -> None:
    without = Party(organisation_id=NEWCOMER, code="REV-0009", name="Sans adresse", email="", phone="")
    await world.register_contract(reseller="REV-0009", client=None, party=without)
    assert await world.links() == []
    body = {"name": "Sans adresse", "email": RIGHT}
    await world.call("PUT", "/backoffice/resellers/REV-0009", OFFICE, json=body)
    assert [event.email for event, _ in await world.links()] == [RIGHT]


async def test_an_address_of_the_contract_alone_is_corrected_too(world: Any) -> None:
    await world.call("PUT", "/backoffice/resellers/REV-0009", OFFICE, json={"name": "Sans adresse"})
    await world.register_contract(reseller="REV-0009", client=None)
    await by_the_back_office(world)
    assert [event.email for event, _ in await world.links()] == [TYPO, RIGHT]


async def again_by_link(world: Any, token: str) -> Any:
    answer = await world.call("POST", "/auth/activation/again", json={"token": token})
    await world.harness.run_jobs()
    return answer


async def test_an_expired_link_sends_itself_again_to_the_address_that_is_known_now(newcomer: Any) -> None:
    [(_, first)] = await newcomer.links()
    await expire(newcomer)
    assert (await again_by_link(newcomer, first)).status_code == 202
    [_, (again, token)] = await newcomer.links()
    assert (again.email, again.purpose) == (TYPO, "reseller_account")
    assert (await newcomer.activate(token)).status_code == 200


async def test_a_link_sends_nothing_once_the_account_is_there_and_answers_the_same(newcomer: Any) -> None:
    [(_, token)] = await newcomer.links()
    await newcomer.activate(token)
    answers = [await again_by_link(newcomer, each) for each in (token, "unknown")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}
    assert len(await newcomer.links()) == 1


async def test_asking_for_a_link_again_is_throttled(newcomer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    newcomer.settings(monkeypatch, mail_requests_per_account=2, mail_requests_per_address=3)
    [(_, token)] = await newcomer.links()
    answers = [(await again_by_link(newcomer, token)).status_code for _ in range(4)]
    assert answers == [202, 202, 202, 429]
    assert len(await newcomer.links()) == 3, "the first, and what a mailbox gets"


async def test_a_closed_or_disabled_account_gets_no_invitation_again(newcomer: Any) -> None:
    [(_, token)] = await newcomer.links()
    await newcomer.sql("UPDATE users SET status = 'disabled' WHERE login = 'rev-0009'")
    await forget(newcomer, "rev-0009")
    await again_by_link(newcomer, token)
    assert len(await newcomer.links()) == 1

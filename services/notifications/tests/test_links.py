"""Links to an account: who gets them, until when, and that nobody else can read them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER
from events.notifications import EmailFailed
from notifications.settings import Settings

INVITED = "jean.test@revendeur.test"
SECRET = "a-token-that-nobody-may-read"


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content())


async def states(world: Any) -> dict[str, str]:
    return {email["recipient"]: email["state"] for email in await world.emails()}


@pytest.mark.parametrize("purpose", ["reseller_account", "invitation", "client_sign_up"])
async def test_an_invitation_goes_to_the_events_address_before_the_person_is_known(empty: Any, purpose: str) -> None:
    await empty.tell(empty.facts.invited(token="a/b+c=", purpose=purpose))
    await empty.harness.run_jobs()
    message = await empty.mail.wait_for(INVITED)
    assert message["Subject"] == "[Votre compte] Choisissez votre mot de passe"
    for twin in (part(message, "plain"), part(message, "html")):
        assert "https://portail.test/activation?token=a%2Fb%2Bc%3D" in twin
        assert "rev-0001" in twin
        assert "Revendeur Test" in twin


async def test_a_forgotten_password_gets_its_link(world: Any) -> None:
    await world.tell(world.facts.reset(token="t", language="en"))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(INVITED)
    assert message["Subject"] == "[Password] Choose a new password"
    assert "https://portail.test/mot-de-passe?token=t" in part(message, "plain")


async def test_a_person_who_asks_for_an_account_and_has_one_is_told_the_log_in(world: Any) -> None:
    await world.tell(world.facts.reset(token="t", because="account_exists"))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(INVITED)
    assert message["Subject"] == "[Votre compte] Vous avez déjà un compte"
    for twin in (part(message, "plain"), part(message, "html")):
        assert "l’identifiant rev-0001" in twin
        assert "https://portail.test/mot-de-passe?token=t" in twin


@pytest.mark.parametrize(("names", "greeted"), [(("", ""), "Bonjour,"), (("Jeanne", ""), "Bonjour Jeanne,")])
async def test_a_person_is_greeted_by_the_first_name_and_by_no_companys(world: Any, names: Any, greeted: str) -> None:
    await world.tell(world.facts.invited(first_name=names[0], last_name=names[1]))
    await world.harness.run_jobs()
    assert part(await world.mail.wait_for(INVITED), "plain").splitlines()[0] == greeted


@pytest.mark.parametrize("status", ["invited", "disabled"])
async def test_who_is_not_active_gets_the_link_all_the_same(world: Any, status: str) -> None:
    await world.tell(world.facts.user(RESELLER, version=2, status=status), world.facts.invited())
    await world.harness.run_jobs()
    assert await states(world) == {INVITED: "sent"}


async def test_a_closed_organisation_gets_no_link(world: Any) -> None:
    await world.tell(world.facts.organisation(CLIENT, portal_access=False), world.facts.reset(CLIENT))
    assert await world.emails() == []
    await world.tell(world.facts.organisation(CLIENT, version=2), world.facts.reset(CLIENT))
    await world.tell(world.facts.organisation(CLIENT, version=3, portal_access=False))
    await world.harness.run_jobs()
    assert await states(world) == {INVITED: "skipped"}
    assert world.mail.messages == []


async def test_an_expired_link_is_never_sent_and_its_token_goes(world: Any) -> None:
    await world.tell(world.facts.reset(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    await world.harness.run_jobs()
    [email] = await world.emails()
    assert (email["state"], email["sealed_token"]) == ("expired", None)
    assert world.mail.attempts == []


async def test_a_link_that_expires_between_two_tries_is_not_sent(world: Any) -> None:
    world.mail.refuse[INVITED] = 451
    await world.tell(world.facts.reset())
    [(_, arguments)] = await world.harness.enqueued()
    await world.harness.run_job("notifications.deliver_email", **arguments)
    await world.sql("UPDATE emails SET expires_at = now() - interval '1 second'")
    world.mail.refuse.clear()
    await world.harness.run_job("notifications.deliver_email", **arguments)
    [email] = await world.emails()
    assert (email["state"], email["sealed_token"], world.mail.messages) == ("expired", None, [])


async def test_no_token_is_readable_in_outbox_rows_inbox_or_logs(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.mail.refuse[INVITED] = 451
    await world.tell(world.facts.invited(token=SECRET))
    await world.harness.run_job("notifications.deliver_email", **(await world.harness.enqueued())[0][1])
    async with world.harness.service.database.reader() as reader:
        for table in ("outbox", "inbox", "emails", "notifications", "stream_items", "dead_jobs"):
            rows = (await reader.execute(text(f"SELECT t::text FROM {table} AS t"))).scalars().all()
            assert not [row for row in rows if SECRET in row], table
    [email] = await world.emails()
    assert email["sealed_token"]
    world.mail.refuse.clear()
    await world.harness.run_jobs()
    assert SECRET in part(await world.mail.wait_for(INVITED), "plain")
    [email] = await world.emails()
    assert (email["state"], email["sealed_token"]) == ("sent", None)
    # The stand-in for the mail server logs what it receives; nothing of ours does.
    assert not [record for record in caplog.records if record.name != "mail.log" and SECRET in record.getMessage()]


async def test_a_token_sealed_to_another_is_given_up(world: Any) -> None:
    await world.tell(world.facts.invited(sealed_token="not.a.token.of.ours"))
    await world.harness.run_jobs()
    [email] = await world.emails()
    assert (email["state"], email["sealed_token"]) == ("failed", None)
    assert len(await world.harness.told(EmailFailed)) == 1


def test_production_refuses_the_development_key() -> None:
    urls: dict[str, Any] = dict.fromkeys(
        ("database_url", "database_owner_url", "events_url", "jobs_url"), "amqp://other"
    )
    with pytest.raises(ValidationError, match="mail_private_key"):
        Settings(environment="production", **urls)

"""E-mails against a real mail server: what arrives, what is tried again, what is given up, what stays secret."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, SQP, person
from events.notifications import EmailFailed
from notifications import delivery, smtp
from notifications.accepted import Accepted
from notifications.settings import Settings

SELLER = "reseller@portail.test"
AT_SQP = (SQP, person("sqp", "SQP", "basic"))
INVITED = "jean.test@revendeur.test"


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content())


async def states(world: Any) -> dict[str, str]:
    return {email["recipient"]: email["state"] for email in await world.emails()}


async def test_an_email_says_what_the_screen_says_with_one_button(world: Any) -> None:
    await world.tell(world.facts.status("resolved"))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(SELLER)
    assert message["Subject"] == "[Nouveau statut] Incident n. 20122301"
    assert message["To"] == "Prénom reseller <reseller@portail.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert not list(message.iter_attachments())
    for twin in (part(message, "plain"), part(message, "html")):
        assert "Cet incident a été résolu." in twin
        assert "Problème avec mon NAS" in twin
        assert "Bonjour Prénom," in twin
        assert twin.count("https://portail.test/incidents/20122301") == 1
    assert "<img" not in part(message, "html")
    assert set((await states(world)).values()) == {"sent"}


async def test_an_email_is_in_the_readers_language(world: Any) -> None:
    await world.tell(world.facts.user(RESELLER, version=2, language="en"), world.facts.status("resolved"))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(SELLER)
    assert message["Subject"] == "[New status] Incident no. 20122301"
    assert message["Content-Language"] == "en"
    assert "Hello Prénom," in part(message, "plain")
    assert '<html lang="en">' in part(message, "html")


async def test_a_temporary_refusal_is_tried_again_later(world: Any) -> None:
    world.mail.refuse[INVITED] = 451
    await world.tell(world.facts.invited())
    [(name, arguments)] = await world.harness.enqueued()
    await world.harness.run_job(name, **arguments)
    [email] = await world.emails()
    assert (email["state"], email["attempts"]) == ("queued", 1)
    assert "451" in email["last_error"]
    async with world.harness.service.database.reader() as reader:
        due = (
            await reader.execute(text("SELECT max(due_at - created_at) FROM outbox WHERE kind = 'job'"))
        ).scalar_one()
    assert timedelta(seconds=25) < due < timedelta(seconds=35)
    world.mail.refuse.clear()
    await world.harness.run_jobs()
    [email] = await world.emails()
    assert (email["state"], email["attempts"], email["last_error"]) == ("sent", 2, None)
    assert len(world.mail.messages) == 1
    assert await world.harness.told(EmailFailed) == []


async def test_exhausted_tries_are_a_failure_that_is_told(world: Any) -> None:
    world.mail.refuse[INVITED] = 451
    await world.tell(world.facts.invited())
    await world.harness.run_jobs()
    [email] = await world.emails()
    assert (email["state"], email["attempts"], email["sealed_token"]) == ("failed", 3, None)
    assert world.mail.attempts == [INVITED] * 3
    [failed] = await world.harness.told(EmailFailed)
    assert (failed.user_id, failed.kind) == (RESELLER.user_id, "account_invited")
    assert "451" in failed.reason


async def test_a_permanent_refusal_is_told_at_once(world: Any) -> None:
    world.mail.refuse[SELLER] = 550
    await world.tell(world.facts.status())
    await world.harness.run_jobs()
    assert world.mail.attempts.count(SELLER) == 1
    found = await states(world)
    assert found.pop(SELLER) == "failed"
    assert set(found.values()) == {"sent"}
    [failed] = await world.harness.told(EmailFailed)
    assert failed.organisation_id == RESELLER.organisation_id
    assert "550" in failed.reason


async def test_a_mail_server_that_is_away_is_waited_for(world: Any) -> None:
    nowhere = world.settings.model_copy(update={"smtp_port": 1})
    await world.tell(world.facts.invited())
    [email] = await world.emails()
    async with world.harness.service.database.transaction() as session:
        await delivery.deliver(session, nowhere, email["id"], delivery.Trouble(CollectorRegistry()), Accepted())
    [email] = await world.emails()
    assert (email["state"], email["attempts"]) == ("queued", 1)


async def test_what_the_server_has_taken_is_not_sent_again_when_its_transaction_is_lost(world: Any) -> None:
    await world.tell(world.facts.invited())
    [email] = await world.emails()
    accepted, trouble = Accepted(), delivery.Trouble(CollectorRegistry())
    async with AsyncSession(world.harness.service.database.engine) as cut:
        await delivery.deliver(cut, world.settings, email["id"], trouble, accepted)
    assert (await states(world))[INVITED] == "queued"
    async with world.harness.service.database.transaction() as session:
        await delivery.deliver(session, world.settings, email["id"], trouble, accepted)
    assert (await states(world))[INVITED] == "sent"
    assert len(world.mail.messages) == 1
    assert email["id"] not in accepted


async def test_a_job_that_runs_twice_sends_once_and_a_repeat_would_be_recognised(world: Any) -> None:
    await world.tell(world.facts.invited())
    [(name, arguments)] = await world.harness.enqueued()
    await world.harness.run_job(name, **arguments)
    await world.harness.run_job(name, **arguments)
    await world.harness.run_job(name, email_id="00000000-0000-0000-0000-000000000000")
    assert len(world.mail.messages) == 1
    assert world.mail.messages[0].message["Message-ID"] == f"<{arguments['email_id']}@sqp.example>"


async def test_sending_holds_no_transaction_id_that_would_stall_the_stream(world: Any, monkeypatch: Any) -> None:
    seen = []

    async def send(settings: Settings, message: EmailMessage, recipient: str) -> None:
        async with world.harness.service.database.reader() as reader:
            writing = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            seen.append((await reader.execute(text(f"{writing} AND backend_xid IS NOT NULL"))).scalar_one())

    monkeypatch.setattr(smtp, "send", send)
    await world.tell(world.facts.invited())
    await world.harness.run_job("notifications.deliver_email", **(await world.harness.enqueued())[0][1])
    assert seen == [0]


async def test_preferences_are_respected_by_kind_and_never_for_links(world: Any) -> None:
    async with world.harness.client(RESELLER) as http:
        off = dict.fromkeys((await http.get("/api/v1/notifications/preferences")).json()["email"], False)
        await http.put("/api/v1/notifications/preferences", json={"email": off})
    await world.tell(world.facts.status(), world.facts.expiring(), world.facts.new_device(), world.facts.invited())
    assert [e["kind"] for e in await world.emails() if e["user_id"] == RESELLER.user_id] == [
        "new_device",
        "account_invited",
    ]
    assert (await world.feed(RESELLER))["total"] == 3


async def test_word_of_a_new_device_cannot_be_switched_off(world: Any) -> None:
    async with world.harness.client(RESELLER) as http:
        put = await http.put("/api/v1/notifications/preferences", json={"email": {"new_device": False}})
        assert (put.status_code, put.json()["email"]["new_device"]) == (200, True)
    await world.tell(world.facts.new_device())
    assert [e["kind"] for e in await world.emails()] == ["new_device"]


@pytest.mark.parametrize(("purpose", "greeting"), [("client_sign_up", "Bonjour,"), ("invitation", "Bonjour URGENT,")])
async def test_names_of_a_sign_up_stay_out_of_its_email(world: Any, purpose: str, greeting: str) -> None:
    await world.tell(world.facts.invited(purpose=purpose, first_name="URGENT", last_name="Lisez"))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(INVITED)
    body = message.get_body(("plain",)).get_content()
    assert body.splitlines()[0] == greeting
    assert ("Lisez" in message["To"]) is (purpose == "invitation")


async def test_many_registrations_send_no_email_unless_asked_for(world: Any) -> None:
    await world.tell(*(world.facts.registered(number=str(number)) for number in range(5)))
    assert await world.emails() == []
    assert (await world.feed(RESELLER))["total"] == 1
    async with world.harness.client(CLIENT) as http:
        await http.put("/api/v1/notifications/preferences", json={"email": {"contract_registered": True}})
    await world.tell(world.facts.registered(number="9"))
    assert [email["user_id"] for email in await world.emails()] == [CLIENT.user_id]


async def test_who_lost_access_meanwhile_is_skipped(world: Any) -> None:
    await world.tell(world.facts.status())
    await world.tell(world.facts.user(RESELLER, version=2, status="disabled"))
    await world.tell(world.facts.organisation(CLIENT, portal_access=False))
    await world.harness.run_jobs()
    found = await states(world)
    assert {address for address, state in found.items() if state == "skipped"} == {
        SELLER,
        "client@portail.test",
        "client_basic@portail.test",
    }
    assert {address for each in world.mail.messages for address in each.recipients} == {"reseller_basic@portail.test"}


async def test_the_author_gets_no_email(world: Any) -> None:
    await world.tell(world.facts.status("cancelled", CLIENT))
    assert {e["user_id"] for e in await world.emails()} == {
        who.user_id for who in (RESELLER, RESELLER_BASIC, CLIENT_BASIC, *AT_SQP)
    }


async def test_names_inject_neither_headers_nor_html(world: Any) -> None:
    evil = "Jean\r\nBcc: victim@x.test\r\n\r\n<script>alert(1)</script>"
    await world.tell(world.facts.user(RESELLER, version=2, first_name=evil, last_name='"<a@b>,'))
    await world.tell(world.facts.sign_up(client_name=evil, email="a@b.test\r\nCc: victim@x.test"))
    await world.harness.run_jobs()
    [received] = world.mail.messages
    message = received.message
    assert received.recipients == (SELLER,)
    assert {"Bcc", "Cc"}.isdisjoint(message.keys())
    assert [each.addr_spec for each in message["To"].addresses] == [SELLER]
    assert "\n" not in message["Subject"]
    assert "<script>" not in part(message, "html")
    assert "&lt;script&gt;" in part(message, "html")


@pytest.mark.parametrize("recipient", ["a@b.test\r\nBcc: victim@x.test", "nobody", "", "a@b.test, c@d.test"])
async def test_an_address_that_is_none_is_given_up(world: Any, recipient: str) -> None:
    await world.tell(world.facts.invited(email=recipient))
    await world.harness.run_jobs()
    [email] = await world.emails()
    assert email["state"] == "failed"
    assert world.mail.attempts == []


async def test_links_lead_to_the_settings_host_whatever_a_request_claims(world: Any) -> None:
    async with world.harness.client(RESELLER, Host="evil.test", **{"X-Forwarded-Host": "evil.test"}) as http:
        await http.get("/api/v1/notifications")
    await world.tell(world.facts.message("sqp", SQP))
    await world.harness.run_jobs()
    mailed = part(await world.mail.wait_for(SELLER), "plain")
    assert "https://portail.test/incidents/20122301?onglet=messagerie-sqp" in mailed


@pytest.mark.parametrize("told", ["message_posted", "files_attached", "status_changed"])
async def test_what_was_read_of_a_conversation_before_its_email_left_is_not_mailed(world: Any, told: str) -> None:
    await world.sql("DELETE FROM preferences")
    await world.sql(
        "INSERT INTO preferences (user_id, email, app) VALUES (:id, '{\"files_attached\": true}', '{}')",
        id=CLIENT.user_id,
    )
    if told == "files_attached":
        named = world.facts.files("client", RESELLER)
        await world.tell(named, world.facts.bound(named))
    else:
        await world.tell(world.facts.message("client", RESELLER) if told == "message_posted" else world.facts.status())
    await world.sql("UPDATE notifications SET read_at = now() WHERE user_id = :id", id=CLIENT.user_id)
    async with world.harness.service.database.reader() as reader:
        waits = "SELECT count(*) FROM outbox WHERE kind = 'job' AND due_at < created_at + interval '10 seconds'"
        at_once = (await reader.execute(text(waits))).scalar_one()
    assert (at_once == 0) is (told != "status_changed")
    await world.harness.run_jobs()
    found = await states(world)
    assert found.pop("client@portail.test") == ("sent" if told == "status_changed" else "skipped")
    assert set(found.values()) <= {"sent"}

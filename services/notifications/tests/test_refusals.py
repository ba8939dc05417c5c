"""Whose fault a refusal of mail is, against a real mail server: the mailbox's, the other side's, or ours."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis.job_registry import JobCall
from chassis.jobs.attempts import attempt
from chassis.jobs.dead_jobs import DeadJobs
from devkit.harness import RESELLER
from events.notifications import EmailFailed
from notifications import delivery, smtp
from notifications.accepted import Accepted

TO = "jean.test@revendeur.test"

OURS = [
    ("MAIL", "530 5.7.0 authentication required"),
    ("MAIL", "530 Must issue a STARTTLS command first"),
    ("MAIL", "535 5.7.8 authentication failed"),
    ("MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("MAIL", "553 5.1.8 sender rejected: domain not found"),
    ("MAIL", "553 sorry, your envelope sender is in my badmailfrom list"),
    ("MAIL", "552 5.2.2 sending quota exceeded"),
    ("MAIL", "550 5.1.1 no such mailbox"),
    ("MAIL", "451 4.3.0 try later"),
    ("RCPT", "550 5.7.1 relaying denied"),
    ("RCPT", "554 5.7.1 <x>: Relay access denied"),
    ("RCPT", "550 relay not permitted"),
    ("RCPT", "550 5.7.26 unauthenticated sender"),
    ("RCPT", "550 Your IP is on our blocklist"),
    ("RCPT", "553 5.7.1 sender address not owned by user"),
    ("RCPT", "530 authentication required"),
    ("RCPT", "550 5.1.8 sender's domain does not exist"),
    ("RCPT", "503 5.5.1 bad sequence of commands"),
    ("DATA", "554 sender not verified"),
    ("DATA", "550 5.7.1 message refused by policy"),
    ("DATA", "552 5.3.4 message too big"),
    ("DATA", "550 5.1.1 no such mailbox"),
    ("RCPT", "552 sending quota exceeded"),
    ("DATA", "552 Your account has exceeded its storage quota"),
]
THEIRS = [
    ("RCPT", "450 4.2.0 greylisted"),
    ("RCPT", "451 local error"),
    ("RCPT", "452 4.2.2 mailbox full"),
    ("RCPT", "552 5.2.2 mailbox full"),
    ("RCPT", "552 mailbox full"),
    ("DATA", "552 5.2.2 mailbox full"),
    ("DATA", "552 mailbox is full, try again later"),
    ("RCPT", "550 5.4.1 access denied"),
    ("DATA", "451 4.7.1 try again"),
    ("DATA", "421 4.3.2 closing"),
]
NO_MAILBOX = [
    ("RCPT", "550 5.1.1 user unknown"),
    ("RCPT", "550 5.1.10 recipient not found"),
    ("RCPT", "551 5.1.6 user has moved"),
    ("RCPT", "556 5.1.10 domain does not accept mail"),
    ("RCPT", "550 5.2.1 mailbox disabled"),
    ("RCPT", "550 No such user here"),
    ("RCPT", "550 mailbox unavailable"),
    ("RCPT", "551 user not local"),
]


async def sent_once(world: Any, **changes: Any) -> dict[str, Any]:
    """One message, tried once; its row."""
    await world.tell(world.facts.invited(**changes))
    [(name, arguments)] = await world.harness.enqueued()
    await world.harness.run_job(name, **arguments)
    [email] = await world.emails()
    return dict(email)


@pytest.mark.parametrize(("stage", "answer"), OURS)
async def test_a_refusal_that_is_about_us_waits_and_is_alerted(
    world: Any, caplog: pytest.LogCaptureFixture, stage: str, answer: str
) -> None:
    world.mail.answers[stage] = answer
    with caplog.at_level(logging.ERROR):
        email = await sent_once(world)
    assert (email["state"], email["attempts"]) == ("queued", 1)
    assert answer[:3] in email["last_error"]
    assert await world.harness.told(EmailFailed) == []
    assert world.harness.service.metrics.registry.get_sample_value("mail_failing") == 1
    world.mail.clear()
    await world.harness.run_jobs()
    assert [row["state"] for row in await world.emails()] == ["sent"]
    assert world.harness.service.metrics.registry.get_sample_value("mail_failing") == 0


@pytest.mark.parametrize(("stage", "answer"), THEIRS)
async def test_a_refusal_for_now_is_tried_a_number_of_times_and_condemns_no_address(
    world: Any, stage: str, answer: str
) -> None:
    world.mail.answers[stage] = answer
    await world.tell(world.facts.invited())
    await world.harness.run_jobs()
    [email] = await world.emails()
    assert (email["state"], email["attempts"]) == ("failed", 3)
    [failed] = await world.harness.told(EmailFailed)
    assert failed.address_refused is False


@pytest.mark.parametrize(("stage", "answer"), NO_MAILBOX)
async def test_only_a_mailbox_that_does_not_exist_condemns_an_address(world: Any, stage: str, answer: str) -> None:
    world.mail.answers[stage] = answer
    assert (await sent_once(world))["state"] == "failed"
    [failed] = await world.harness.told(EmailFailed)
    assert failed.address_refused is True
    assert failed.user_id == RESELLER.user_id


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"smtp_port": 1}, TO),
        ({"smtp_username": "sqp", "smtp_password": SecretStr("secret")}, TO),
        ({"smtp_starttls": True}, TO),
        ({}, "éric@société.fr"),
    ],
    ids=["away", "no log-in offered", "no TLS offered", "no SMTPUTF8"],
)
async def test_a_server_that_cannot_do_what_we_need_is_our_fault(
    world: Any, settings: dict[str, Any], address: str
) -> None:
    world.mail.utf8 = False
    await world.tell(world.facts.invited(email=address))
    [email] = await world.emails()
    trouble = delivery.Trouble(CollectorRegistry())
    async with world.harness.service.database.transaction() as session:
        changed = world.settings.model_copy(update=settings)
        await delivery.deliver(session, changed, email["id"], trouble, Accepted())
    [email] = await world.emails()
    assert (email["state"], email["attempts"]) == ("queued", 1)


async def test_one_error_in_the_log_until_a_message_leaves_again(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    trouble = delivery.Trouble(CollectorRegistry())
    await world.tell(world.facts.invited())
    [email] = await world.emails()

    async def attempt(answer: str) -> int:
        world.mail.answers["MAIL"] = answer
        async with world.harness.service.database.transaction() as session:
            await delivery.deliver(session, world.settings, email["id"], trouble, Accepted())
        return sum("takes no message" in record.getMessage() for record in caplog.records)

    with caplog.at_level(logging.ERROR):
        assert [await attempt("530 5.7.0 authentication required") for _ in range(3)] == [1, 1, 1]
        world.mail.answers.clear()
        async with world.harness.service.database.transaction() as session:
            await delivery.deliver(session, world.settings, email["id"], trouble, Accepted())
        await world.sql("UPDATE emails SET state = 'queued'")
        assert await attempt("553 sender rejected") == 2


async def test_our_fault_is_waited_for_over_days_and_then_given_up_without_condemning(world: Any) -> None:
    world.mail.answers["MAIL"] = "530 5.7.0 authentication required"
    email = await sent_once(world, expires_at=world.facts.at.replace(year=2100))
    for _ in range(5):
        await world.harness.run_job("notifications.deliver_email", email_id=str(email["id"]))
    [waiting] = await world.emails()
    assert (waiting["state"], waiting["attempts"]) == ("queued", 6)
    await world.sql("UPDATE emails SET created_at = created_at - interval '3 days'")
    await world.harness.run_job("notifications.deliver_email", email_id=str(email["id"]))
    assert [row["state"] for row in await world.emails()] == ["failed"]
    [failed] = await world.harness.told(EmailFailed)
    assert failed.address_refused is False


async def test_an_email_whose_job_is_lost_is_attempted_again_and_in_the_end_given_up(world: Any) -> None:
    await world.tell(world.facts.invited())
    await world.sql("DELETE FROM outbox")
    await world.harness.run_job("notifications.forget")
    assert await world.harness.enqueued() == []
    await world.sql("UPDATE emails SET next_attempt_at = now() - interval '2 hours'")
    for _ in range(2):
        await world.harness.run_job("notifications.forget")
    [(name, arguments)] = await world.harness.enqueued()
    [email] = await world.emails()
    assert (name, arguments) == ("notifications.deliver_email", {"email_id": str(email["id"])})
    then = world.facts.at.now(world.facts.at.tzinfo) - timedelta(days=5)
    await world.sql("UPDATE emails SET next_attempt_at = :then, created_at = :then", then=then)
    await world.harness.run_job("notifications.forget")
    assert [row["state"] for row in await world.emails()] == ["failed"]


async def test_a_fault_of_ours_is_no_second_ladder(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row alone decides about another attempt: no retry of the job, no dead job."""

    async def send(*_arguments: Any) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(smtp, "send", send)
    await world.tell(world.facts.invited())
    [email] = await world.emails()
    await world.sql("DELETE FROM outbox")
    arguments = {"email_id": str(email["id"])}
    await attempt(world.harness.service, JobCall(UUID(int=1), "notifications.deliver_email", arguments))
    assert await world.harness.enqueued() == []
    assert await DeadJobs(world.harness.service.database).listing("notifications.jobs") == []
    assert [row["state"] for row in await world.emails()] == ["queued"]


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("jean@société.fr", "jean@xn--socit-esab.fr"),
        ("jean@SOCIÉTÉ.fr", "jean@xn--socit-esab.fr"),
        ("Jean.Test@revendeur.test", "Jean.Test@revendeur.test"),
    ],
)
async def test_a_domain_in_letters_is_written_so_that_every_server_takes_it(
    world: Any, address: str, reached: str
) -> None:
    world.mail.utf8 = False
    assert (await sent_once(world, email=address))["state"] == "sent"
    assert world.mail.messages[0].recipients == (reached,)


@pytest.mark.parametrize(
    "address", ["a@b..fr", "a..b@x.fr", ".a@x.fr", "a:b@c.fr", "mailto:a@b.fr", "x(y)@b.fr", "a@-b.fr"]
)
async def test_what_is_no_address_is_given_up_at_once(world: Any, address: str) -> None:
    assert (await sent_once(world, email=address))["state"] == "failed"
    assert world.mail.attempts == []
    [failed] = await world.harness.told(EmailFailed)
    assert failed.address_refused is True

"""The mail catcher: parsed messages, bounded waits, refusals on purpose."""

import asyncio
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from devkit.servers.mail import MailCatcher, NoMail


def send(port: int, recipient: str, subject: str = "Incident déclaré") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "sqp@example.test", recipient, subject
    message.set_content("Bonjour à vous")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(message)


async def test_a_message_is_kept_parsed_and_found_by_its_recipient() -> None:
    async with MailCatcher() as catcher:
        waiting = asyncio.create_task(catcher.wait_for("b@example.test", "déclaré"))
        await asyncio.to_thread(send, catcher.port, "a@example.test")
        await asyncio.to_thread(send, catcher.port, "b@example.test")
        message = await waiting
    assert message["to"] == "b@example.test"
    assert message.get_content().strip() == "Bonjour à vous"
    assert len(catcher.messages) == 2


async def test_the_wait_is_bounded_and_tells_what_came() -> None:
    async with MailCatcher() as catcher:
        await asyncio.to_thread(send, catcher.port, "a@example.test")
        with pytest.raises(NoMail, match=r"a@example\.test"):
            await catcher.wait_for("b@example.test", timeout=0.1)


@pytest.mark.parametrize("status", [451, 550])
async def test_a_recipient_is_refused_on_purpose(status: int) -> None:
    async with MailCatcher() as catcher:
        catcher.refuse["a@example.test"] = status
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await asyncio.to_thread(send, catcher.port, "a@example.test")
        assert refused.value.recipients["a@example.test"][0] == status
        catcher.refuse.clear()
        await asyncio.to_thread(send, catcher.port, "a@example.test")
    assert catcher.attempts == ["a@example.test"] * 2
    assert len(catcher.messages) == 1


async def test_stop_ends_a_session_that_its_client_forgot() -> None:
    catcher = await MailCatcher().start()
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.port)
    await reader.readline()
    await catcher.stop()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_what_was_accepted_is_there_again_after_a_restart(tmp_path: Path) -> None:
    async with MailCatcher(folder=tmp_path) as catcher:
        await asyncio.to_thread(send, catcher.port, "b@example.test")
    async with MailCatcher(folder=tmp_path) as again:
        found = await again.wait_for("b@example.test", "déclaré", timeout=1)
    assert found.get_content().strip() == "Bonjour à vous"
    assert again.messages[0].sender == "sqp@example.test"


async def test_what_was_mailed_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir(mode=0o755)
    async with MailCatcher(folder=folder):
        assert folder.stat().st_mode & 0o777 == 0o700

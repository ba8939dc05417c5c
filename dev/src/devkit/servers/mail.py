"""A mail server that keeps what it receives, in the caller's event loop; it can refuse on purpose."""

import asyncio
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from devkit.servers.process import LOOPBACK

_SENDER, _RECIPIENTS = "X-Envelope-From", "X-Envelope-To"
_MAX_BYTES = 30 * 1024 * 1024


class NoMail(TimeoutError):
    """No such message arrived in time; the text lists what did."""


@dataclass(frozen=True)
class Received:
    """One accepted message with its envelope, which may name others than its headers do."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["subject"] or "")


@dataclass
class MailCatcher:
    """Listens on 127.0.0.1 (`port` 0: a free one). `refuse` maps a recipient's address to a status, 451 or 550;
    `answers` the stage MAIL, RCPT or DATA to the whole answer.

    With a `folder`, what was accepted is on disk before the sender hears so, and is there again after a restart.
    """

    port: int = 0
    keep: int = 1000
    folder: Path | None = None
    messages: list[Received] = field(default_factory=list)
    refuse: dict[str, int] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    utf8: bool = True
    attempts: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _sessions: list[asyncio.BaseTransport] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    async def start(self) -> Self:
        loop = asyncio.get_running_loop()
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            # The messages hold links that log in.
            self.folder.chmod(0o700)
            self.messages = [_read(path) for path in sorted(self.folder.glob("*.eml"))[-self.keep :]]
        self._server = await loop.create_server(self._protocol, LOOPBACK, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        """Ends open sessions too. The messages stay readable."""
        if self._server is not None:
            self._server.close()
            for transport in self._sessions:
                transport.close()
            await self._server.wait_closed()
            self._server = None

    def clear(self) -> None:
        self.messages.clear()
        self.attempts.clear()
        self.refuse.clear()
        self.answers.clear()
        self.utf8 = True

    async def wait_for(self, recipient: str, subject_contains: str = "", timeout: float = 10) -> EmailMessage:  # noqa: ASYNC109
        """The newest message to `recipient` whose subject contains the text. Raises NoMail after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout), self._arrived:
                while (found := self._newest(recipient, subject_contains)) is None:
                    await self._arrived.wait()
                return found.message
        except TimeoutError:
            seen = [(each.recipients, each.subject) for each in self.messages]
            raise NoMail(f"nothing for {recipient} with {subject_contains!r} in {timeout} s; got {seen}") from None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # aiosmtpd calls these by name.
    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts.append(address)
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        status = self.refuse.get(address)
        if status is not None:
            return "550 5.1.1 User unknown" if status == 550 else f"{status} refused on purpose"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)  # policy.default makes no other
        received = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)
        if self.folder is not None:
            _write(self.folder, received)
        async with self._arrived:
            self.messages.append(received)
            del self.messages[: -self.keep]
            self._arrived.notify_all()
        return "250 OK"

    def _newest(self, recipient: str, subject_contains: str) -> Received | None:
        for each in reversed(self.messages):
            if recipient in each.recipients and subject_contains in each.subject:
                return each
        return None

    def _protocol(self) -> SMTP:
        return _Session(self, self._sessions)


def _write(folder: Path, received: Received) -> None:
    """The envelope travels as headers in front, which a message cannot bring itself: they are the first."""
    path = folder / f"{time.time_ns():020d}.eml"
    envelope = f"{_SENDER}: {received.sender}\n{_RECIPIENTS}: {', '.join(received.recipients)}\n"
    half = path.with_suffix(".part")
    half.write_bytes(envelope.encode() + received.message.as_bytes())
    half.rename(path)


def _read(path: Path) -> Received:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # policy.default makes no other
    recipients = tuple(str(message[_RECIPIENTS]).split(", "))
    return Received(str(message[_SENDER]), recipients, message)


class _Session(SMTP):  # type: ignore[misc]  # aiosmtpd has no types
    """Remembers its transport, so that stopping the server ends sessions that a client forgot."""

    def __init__(self, handler: MailCatcher, sessions: list[asyncio.BaseTransport]) -> None:
        super().__init__(handler, hostname="localhost", enable_SMTPUTF8=handler.utf8, data_size_limit=_MAX_BYTES)
        self._sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sessions.append(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport in self._sessions:
            self._sessions.remove(self.transport)
        super().connection_lost(error)

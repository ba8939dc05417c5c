"""A TCP proxy of ours between two processes of the rig, which can do to a connection what a bad network does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from devkit.servers.process import LOOPBACK

CHUNK = 65_536
# Seconds for connections to end when the proxy does.
LEAVING = 2.0


@dataclass
class Link:
    """Forwards ``port`` of this machine to the port ``target``. ``touched`` counts the pieces of data and the
    connections that a fault met.

    ``delay`` (seconds) holds each piece back. ``cut_after`` ends a connection once the target has sent so many bytes.
    ``loses_answer_to`` ends a connection when the target answers a request that holds these bytes: the target has done
    its work, and the source never hears of it.
    """

    source: str
    name: str
    target: int
    port: int = 0
    host: str = LOOPBACK
    delay: float = 0.0
    cut_after: int | None = None
    loses_answer_to: bytes | None = None
    touched: int = 0
    _refuses: bool = False
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> Link:
        self._flows.set()
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self._abort_all()
        if self._serving:
            await asyncio.wait(self._serving, timeout=LEAVING)

    def hold(self) -> None:
        """A black hole: connections stay open and are taken, and nothing arrives in either direction."""
        self._flows.clear()

    def release(self) -> None:
        """What was held arrives now, as after a network that was away."""
        self._flows.set()

    def drop(self) -> None:
        """Resets every connection, and each new one until :meth:`restore`."""
        self._refuses = True
        self._abort_all()

    def restore(self) -> None:
        self.delay, self.cut_after, self.loses_answer_to, self._refuses = 0.0, None, None, False
        self._flows.set()

    def _abort_all(self) -> None:
        for writer in self._open:
            self.touched += 1
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        self._open.add(writer)
        try:
            await self._connect(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            self.touched += 1
            return
        await self._passage()
        try:
            answers, requests = await asyncio.open_connection(self.host, self.target)
        except OSError:
            return
        talk = _Talk(self, (reader, requests), (answers, writer))
        try:
            await talk.run()
        finally:
            requests.transport.abort()

    async def _passage(self) -> None:
        """Until data may pass."""
        if not self._flows.is_set():
            self.touched += 1
            await self._flows.wait()
        if self.delay:
            self.touched += 1
            await asyncio.sleep(self.delay)


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class _Talk:
    """One connection: requests one way, answers the other, until either side ends it."""

    link: Link
    requests: Stream
    answers: Stream
    is_answer_lost: bool = False
    answered: int = 0

    async def run(self) -> None:
        ways = [asyncio.create_task(self._ask()), asyncio.create_task(self._answer())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _ask(self) -> None:
        reader, writer = self.requests
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self.link._passage()
                if self.link.loses_answer_to is not None and self.link.loses_answer_to in data:
                    self.is_answer_lost = True
                writer.write(data)
                await writer.drain()

    async def _answer(self) -> None:
        reader, writer = self.answers
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self.link._passage()
                self.answered += len(data)
                limit = self.link.cut_after
                if self.is_answer_lost or (limit is not None and self.answered > limit):
                    self.link.touched += 1
                    return
                writer.write(data)
                await writer.drain()

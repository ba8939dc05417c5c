"""HTTP servers inside the stack's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Collection, Iterator
from typing import Any

import uvicorn

from web.http import serving

LOOPBACK = "127.0.0.1"
LOOPBACK_6 = "::1"
# What a machine without IPv6 says to its loopback address.
NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class PortTaken(Exception):
    """Something else listens there already."""


class EmbeddedServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the process around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """An app on sockets that are bound before the app is built, so that others may be told its address.

    ``for_people``: where ``host`` is the IPv4 loopback, the IPv6 one is served, too. The name localhost means both, and
    browsers try either first.
    """

    def __init__(self, host: str = LOOPBACK, port: int = 0, *, for_people: bool = False) -> None:
        self._sockets: list[socket.socket] = []
        self.host = host
        self.port = self._bind(socket.AF_INET, host, port)
        if for_people and host == LOOPBACK:
            self._bind(socket.AF_INET6, LOOPBACK_6, self.port, without=NO_IPV6)
        self._server: EmbeddedServer | None = None
        self._task: asyncio.Task[None] | None = None

    def _bind(self, family: socket.AddressFamily, host: str, port: int, without: Collection[int] = ()) -> int:
        """The port that was bound. ``without``: numbers of the errors on which this address is left out."""
        try:
            self._sockets.append(_bound(family, host, port))
        except OSError as error:
            if error.errno in without:
                return port
            self._close()
            raise _taken(host, port) from error
        return int(self._sockets[-1].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def serve(self, app: Any, *, started: bool = False, proxy_headers: bool = True) -> None:
        """Returns once the app answers. ``started`` says that another listener runs its start-up and shutdown.

        With ``proxy_headers`` false the app faces people, and believes no forwarded address."""
        config = uvicorn.Config(
            app,
            **serving.COMMON,
            proxy_headers=proxy_headers,
            timeout_graceful_shutdown=3,
            lifespan="off" if started else "on",
        )
        self._server = EmbeddedServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=self._sockets))
        while not self._server.started:
            if self._task.done():
                await self._ended(self._task)
                raise RuntimeError("the server ended before it had started")
            await asyncio.sleep(0.005)

    async def _ended(self, task: asyncio.Task[None]) -> None:
        """Why the server ended. Two processes that start together both bind a port: the second to listen fails."""
        try:
            await task
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            self._close()
            raise _taken(self.host, self.port) from error

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._close()

    def _close(self) -> None:
        for each in self._sockets:
            each.close()


def _taken(host: str, port: int) -> PortTaken:
    return PortTaken(f"port {port} on {host} is taken: PORT=… chooses another")


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # The protocol is named because asyncio sets TCP_NODELAY only on connections of a socket that says that it is TCP.
    # Without TCP_NODELAY every answer of two writes waits some 40 ms for the other side's delayed acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made

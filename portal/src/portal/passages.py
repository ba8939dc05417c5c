"""What scripts of a page ask a service themselves, as the person of the page: passed on in both directions as it comes.

The live stream, files on their way to a form, their contents and thumbnails. The browser shows its cookie, the service
sees a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from portal import sessions
from portal.errors import AnotherPerson
from portal.settings import Settings
from web.auth.principal import Principal
from web.auth.tokens import TokenVerifier
from web.http.proxy import headers
from web.http.proxy.forwarding import Proxy

# Scripts say whose page they stand on.
PERSON_HEADER = "x-person"


@dataclass(frozen=True)
class Passage:
    """``target`` is below ``/api/v1`` of ``service``."""

    path: str
    methods: Sequence[str]
    service: str
    target: str


PASSAGES = (
    Passage("/flux", ("GET",), "notifications", "/notifications/stream"),
    Passage("/fichiers", ("POST",), "files", "/files"),
    Passage("/fichiers/{id:uuid}", ("GET", "DELETE"), "files", "/files/{id}"),
    Passage("/fichiers/{id:uuid}/contenu", ("GET",), "files", "/files/{id}/content"),
    Passage("/fichiers/{id:uuid}/apercu", ("GET",), "files", "/files/{id}/thumbnail"),
)


class Passages:
    def __init__(self, proxy: Proxy, browser: sessions.Sessions, verifier: TokenVerifier, settings: Settings) -> None:
        self._proxy = proxy
        self._browser = browser
        self._verifier = verifier
        self._public_origin = settings.public_origin
        self._limit = settings.max_upload_bytes

    def routes(self) -> list[BaseRoute]:
        return [Route(each.path, _Endpoint(self, each), methods=list(each.methods)) for each in PASSAGES]

    async def pass_on(self, passage: Passage, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises SessionEnded, CrossSite, AnotherPerson, Unavailable, and what the proxy raises."""
        headers.check(scope["headers"])
        token, person = await self._session(scope["method"], Headers(scope=scope))
        # For the log of requests.
        scope.setdefault("state", {})["principal"] = person
        target = "/api/v1" + passage.target.format(**scope["path_params"])
        await self._proxy.forward(
            {**scope, "raw_path": target.encode()},
            receive,
            send,
            upstream=passage.service,
            limit=self._limit,
            authorization=f"Bearer {token}",
        )

    async def _session(self, method: str, asked: Headers) -> tuple[str, Principal]:
        session = sessions.session_token(asked)
        if session is None:
            raise sessions.ended()
        sessions.refuse_cross_site(method, asked, self._public_origin)
        token = await self._browser.access_token(session)
        person = await self._verifier.verify(token)
        if asked.get(PERSON_HEADER, person.subject) != person.subject:
            raise AnotherPerson
        return token, person


class _Endpoint:
    """A route's application, not a function of a request: bodies pass unread."""

    def __init__(self, scripted: Passages, passage: Passage) -> None:
        self._scripted = scripted
        self._passage = passage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._scripted.pass_on(self._passage, scope, receive, send)

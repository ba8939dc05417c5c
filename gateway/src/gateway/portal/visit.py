"""One request of one person: who, in which language, and what the services answer."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from chassis.auth.principal import Principal
from chassis.i18n import Language, negotiate
from gateway.portal.backend import STREAMED, Answer, Backend, Refused, ServiceAway
from gateway.portal.bodies import SentFile
from gateway.portal.translations import gettext, ngettext

LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
CSRF_COOKIE = "__Host-csrf"
CSRF_FIELD = "csrf"
THEMES = ("light", "dark")


class Away:
    """Stands for the answer of a service that is away; false, so that a template can ask."""

    def __bool__(self) -> bool:
        return False


AWAY = Away()


class FormForged(Exception):
    """A form came without the token that its page carried."""


class Visit:
    """``person`` is None before log-in; ``form`` and ``sent`` are the fields and files that came with a change."""

    def __init__(self, request: Request, backend: Backend, *, person: Principal | None, token: str | None) -> None:
        self.request = request
        self._backend = backend
        self.person = person
        self._token = token
        self.form: FormData = FormData()
        # Files that came with the form, at the files service by now.
        self.sent: tuple[SentFile, ...] = ()
        # Another form, typed before a log-in, that this one carries along; and whether ``form`` is such a one, to be
        # shown again rather than acted on.
        self.kept = ""
        self.is_resumed = False

    @property
    def language(self) -> Language:
        chosen = self.request.cookies.get(LANGUAGE_COOKIE)
        if chosen in ("fr", "en"):
            return "en" if chosen == "en" else "fr"
        return negotiate(self.request.headers.get("accept-language"))

    @property
    def theme(self) -> str:
        """``light``, ``dark``, or empty for the system's."""
        chosen = self.request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def who(self) -> Principal:
        """The person behind a page that is for people only."""
        assert self.person is not None, "the page is open to everybody"
        return self.person

    def may(self, *kinds: str, write: bool = False) -> bool:
        """Whether the person is of one of these kinds of organisation (any, if none is named), and may change it."""
        person = self.who
        return (not kinds or person.organisation_kind in kinds) and (person.is_administrator or not write)

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default).strip()

    def field(self, name: str) -> str:
        """As typed, without the carriage returns that browsers add to line ends."""
        value = self.form.get(name, "")
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    def fields(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def wants(self, target: str) -> bool:
        """Whether htmx asks for the element ``target`` alone."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-target") == target

    def gettext(self, french: str) -> str:
        return gettext(self.language, french)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return ngettext(self.language, singular, plural, number)

    async def get(self, path: str, **parameters: Any) -> Any:
        """The body of a GET below ``/api/v1``; raises ServiceAway or Refused."""
        return (await self.ask("GET", path, params=_given(parameters))).body

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Any call below ``/api/v1``: ``json``, ``params``, ``headers``, ``data``. Raises ServiceAway or Refused."""
        return await self._backend.call(method, path, **self._context, **options)

    async def streamed(self, path: str, *, accept: str, **parameters: Any) -> AsyncIterator[bytes]:
        """The body of a long GET, piece by piece. Raises ServiceAway or Refused before the first."""
        options: dict[str, Any] = {"params": _given(parameters), "headers": {"Accept": accept}, "timeout": STREAMED}
        pieces = self._pieces("GET", path, options)
        first = await anext(pieces, b"")

        async def whole() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return whole()

    async def _pieces(self, method: str, path: str, options: dict[str, Any]) -> AsyncIterator[bytes]:
        async with self._backend.opened(method, path, **self._context, **options) as answer:
            async for piece in answer.content.iter_any():
                yield piece

    @property
    def _context(self) -> dict[str, Any]:
        client = self.request.client
        return {
            "token": self._token,
            "language": self.language,
            "address": client.host if client else "",
            "device": self.request.headers.get("user-agent", ""),
        }

    async def change(self, method: str, path: str, body: Any = None, *, etag: str = "", key: str = "") -> Any:
        """A change with its precondition and idempotency key; the body of the answer."""
        headers = {"If-Match": etag, "Idempotency-Key": key}
        sent = {name: value for name, value in headers.items() if value}
        return (await self.ask(method, path, json=body, headers=sent)).body

    def check_csrf(self, fields: FormData) -> None:
        sent, expected = fields.get(CSRF_FIELD, ""), self.request.cookies.get(CSRF_COOKIE, "")
        if not expected or not hmac.compare_digest(str(sent).encode(), expected.encode()):
            raise FormForged


async def side_by_side(*parts: Awaitable[Any]) -> list[Any]:
    """What each part answers; AWAY for a part whose service is away. A refusal is the whole page's."""

    async def attempt(part: Awaitable[Any]) -> Any:
        try:
            return await part
        except ServiceAway:
            return AWAY

    return await asyncio.gather(*(attempt(part) for part in parts))


async def if_allowed(part: Awaitable[Any], default: Any = None) -> Any:
    """``default`` where the service refuses: for parts that only some people see."""
    try:
        return await part
    except Refused:
        return default


def _given(parameters: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items() if value not in (None, "")}

"""One request of one person: who, in which language, and what the services answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any, Literal, TypedDict, TypeVar

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request

from portal import cookies
from portal.api_client import (
    STREAMED,
    ApiClient,
    ApiRefused,
    Body,
    Parameter,
    Reply,
    ServiceUnavailable,
    given,
    written,
)
from portal.form_parser import CSRF_FIELD, SentFile
from portal.translations import N_, gettext, ngettext
from web.auth.principal import Principal
from web.http.validation import malformed
from web.i18n import Language, negotiate
from web.schemas import Request as ApiRequest
from web.text import characters

OWNER_FIELD = "owner"
# Fields that hold what people type in words of their own.
TEXTS = (
    *("title", "description", "body", "note", "reason", "name", "label", "street", "complement", "postal_code", "city"),
    *("email", "phone", "first_name", "last_name", "login"),
)
THEMES = ("light", "dark")

Kind = TypeVar("Kind", bound=ApiRequest)
Part = TypeVar("Part")

RECONNECTED = N_("Vous êtes reconnecté. Rien n’est encore envoyé : relisez votre saisie, puis validez de nouveau.")
ANOTHERS = N_(
    "Ce formulaire a été ouvert sous un autre compte : rien n’est envoyé. Vous êtes connecté comme %(name)s. "
    "Relisez-le, puis validez de nouveau pour l’envoyer en votre nom."
)
ANOTHERS_TO_SEND = N_(
    "Ce formulaire a été ouvert sous un autre compte : rien n’est envoyé. Vous êtes connecté comme %(name)s. "
    "Reconnectez-vous sous l’autre compte pour l’envoyer."
)


class Away:
    """Stands for the answer of a service that is away; false, so that a template can ask."""

    def __bool__(self) -> Literal[False]:
        return False


UNAVAILABLE = Away()


class FormForged(Exception):
    """A form came without the token that its page carried."""


class Context(TypedDict):
    """The headers of the person's request that each call to a service passes on."""

    token: str | None
    language: Language
    address: str
    device: str


class PageRequest:
    """``person`` is None before log-in; ``form`` and ``sent`` are the fields and files that came with a change."""

    def __init__(self, request: Request, backend: ApiClient, *, person: Principal | None, token: str | None) -> None:
        self.request = request
        self._backend = backend
        self.person = person
        self._token = token
        self.form: FormData = FormData()
        # Files that came with the form, at the files service by now.
        self.sent: tuple[SentFile, ...] = ()
        # A form that was posted after the session had ended: the log-in form carries it along, packed.
        self.kept = ""
        # Whether ``form`` is such a form after the log-in: it is shown again, filled in, and not acted on.
        self.is_resumed = False
        # The id of the person whose page held the form; empty if the page was open without log-in.
        self.owner = ""

    @property
    def language(self) -> Language:
        chosen = self.request.cookies.get(cookies.LANGUAGE)
        if chosen in ("fr", "en"):
            return "en" if chosen == "en" else "fr"
        return negotiate(self.request.headers.get("accept-language"))

    @property
    def theme(self) -> str:
        """``light``, ``dark``, or empty for the system's."""
        chosen = self.request.cookies.get(cookies.THEME, "")
        return chosen if chosen in THEMES else ""

    @property
    def keys(self) -> bool:
        """Whether single letters act on the page; on until the person turns them off in this browser."""
        return self.request.cookies.get(cookies.KEYS) != "off"

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
        """As typed, without the carriage returns that browsers add to line ends; empty where nothing of it is seen."""
        value = self.form.get(name, "")
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
        return text if characters.plain(text).strip() else ""

    def fields(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    @property
    def typed_texts(self) -> list[str]:
        """What a person wrote into the form, for a page that cannot show the form itself."""
        return [text for name in TEXTS if (text := self.field(name))]

    def wants(self, target: str) -> bool:
        """Whether htmx asks for the element ``target`` alone."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-target") == target

    def gettext(self, french: str) -> str:
        return gettext(self.language, french)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return ngettext(self.language, singular, plural, number)

    async def get(self, kind: type[Body], path: str, **parameters: Parameter) -> Body:
        """The body of a GET below ``/api/v1``; raises ServiceUnavailable or ApiRefused."""
        return (await self.read(kind, path, **parameters)).body

    async def read(self, kind: type[Body], path: str, **parameters: Parameter) -> Reply[Body]:
        """As :meth:`get`, with the version that a change names."""
        return await self._backend.call(kind, "GET", path, params=given(parameters), **self._context)

    async def send(
        self, kind: type[Body], method: str, path: str, body: ApiRequest | None = None, *, etag: str = "", key: str = ""
    ) -> Reply[Body]:
        """A change with its precondition and idempotency key. Raises ServiceUnavailable or ApiRefused.

        A form that is only shown again changes nothing: its change is refused, and its page shows it as it shows any
        form that was refused."""
        self._refuse_resumed()
        return await self._backend.call(kind, method, path, **written(body, etag, key), **self._context)

    async def change(
        self, method: str, path: str, body: ApiRequest | None = None, *, etag: str = "", key: str = ""
    ) -> None:
        """As :meth:`send`, of which nothing is read."""
        self._refuse_resumed()
        await self._call(method, path, **written(body, etag, key))

    async def keep(self, kind: type[Kind], path: str, values: Mapping[str, object]) -> None:
        """A PUT that keeps what was typed and does nothing with it: for a form that is shown again, too."""
        await self._call("PUT", path, **written(self._made(kind, values)))

    async def upload(self, kind: type[Body], path: str, body: AsyncIterator[bytes], content_type: str) -> Body:
        """A POST of bytes as they come."""
        self._refuse_resumed()
        sent = {"data": body, "headers": {"Content-Type": content_type}, "timeout": STREAMED}
        return (await self._backend.call(kind, "POST", path, **sent, **self._context)).body

    def build(self, kind: type[Kind], values: Mapping[str, object]) -> Kind:
        """A request with what was typed. Raises ApiRefused, as the service would refuse it."""
        self._refuse_resumed()
        return self._made(kind, values)

    def _made(self, kind: type[Kind], values: Mapping[str, object]) -> Kind:
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            problem = malformed(error.errors(), self.language)
            details = {"code": problem.code, "title": problem.sentence(self.language), **problem.members}
            raise ApiRefused(problem.status, details) from error

    def _refuse_resumed(self) -> None:
        if self.is_resumed:
            raise ApiRefused(409, {"title": self.why_shown_again, "code": "form_shown_again"})

    async def _call(self, method: str, path: str, **options: Any) -> None:
        async with self._backend.opened(method, path, **options, **self._context):
            return

    async def streamed(self, path: str, *, accept: str, **parameters: Parameter) -> AsyncIterator[bytes]:
        """The body of a long GET, piece by piece. Raises ServiceUnavailable or ApiRefused before the first."""
        pieces = self._pieces(path, accept, parameters)
        first = await anext(pieces, b"")

        async def whole() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return whole()

    async def _pieces(self, path: str, accept: str, parameters: Mapping[str, Parameter]) -> AsyncIterator[bytes]:
        params, headers = given(parameters), {"Accept": accept}
        opening = self._backend.opened("GET", path, params=params, headers=headers, timeout=STREAMED, **self._context)
        async with opening as answer:
            async for piece in answer.content.iter_any():
                yield piece

    @property
    def _context(self) -> Context:
        client = self.request.client
        return {
            "token": self._token,
            "language": self.language,
            "address": client.host if client else "",
            "device": self.request.headers.get("user-agent", ""),
        }

    @property
    def person_id(self) -> str:
        """Empty before log-in."""
        return str(self.person.user_id) if self.person else ""

    @property
    def why_shown_again(self) -> str:
        return self._why(ANOTHERS if self.may(write=True) else ANOTHERS_TO_SEND)

    @property
    def why_not_shown(self) -> str:
        """Of a form that the person who is logged in now may not send."""
        return self._why(ANOTHERS_TO_SEND)

    def _why(self, anothers: str) -> str:
        if self.is_anothers and self.owner:
            return self.gettext(anothers) % {"name": self.who.name}
        return self.gettext(RECONNECTED)

    @property
    def is_anothers(self) -> bool:
        """Whether the form stood on the page of another than the person who is logged in now."""
        return self.owner != self.person_id

    @property
    def form_keys(self) -> list[str]:
        """What makes this browser's form tokens. There are several when several pages were its first at once."""
        held = self.request.cookies
        return [held[name] for name in sorted(held) if name.startswith(cookies.CSRF) and held[name]]

    def check_csrf(self, fields: FormData) -> None:
        """Raises FormForged unless a page of this browser carried the form; notes whose page that was."""
        sent = str(fields.get(CSRF_FIELD, ""))
        owner = sent.partition(".")[0]
        if not any(hmac.compare_digest(sent.encode(), form_token(key, owner).encode()) for key in self.form_keys):
            raise FormForged
        self.owner = owner


def form_token(key: str, owner: str) -> str:
    """What a form carries: whose page it stands on, and the proof of it. ``key`` is the browser's, and no page shows
    it; a log-in by another person makes the tokens of the pages before it another person's, not invalid."""
    proof = hmac.new(key.encode(), f"form {owner}".encode(), hashlib.sha256).hexdigest()
    return f"{owner}.{proof}"


async def or_unavailable(part: Awaitable[Part]) -> Part | Away:
    """The rest of the page stands without it."""
    try:
        return await part
    except ServiceUnavailable:
        return UNAVAILABLE


async def if_allowed(part: Awaitable[Part]) -> Part | None:
    """None where the service refuses: for parts that only some people see."""
    try:
        return await part
    except ApiRefused:
        return None

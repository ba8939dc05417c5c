"""The services, as the portal calls them: with a person's token, in the person's language, side by side."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import aiohttp
from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_core import to_jsonable_python

from api.upstreams import SEGMENTS, segment_of
from web.i18n import Language
from web.observability import request_id, traceparent
from web.schemas import Answer, Request

log = logging.getLogger(__name__)

# A query parameter of a service; several of one name as a sequence.
Parameter = object
HEADER = re.compile(r"[ -~]{1,255}")

Body = TypeVar("Body", bound=BaseModel)

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)
STREAMED = aiohttp.ClientTimeout(total=None, connect=2, sock_read=60)


class ServiceUnavailable(Exception):
    """A service does not answer, or answers that it cannot now: its part of the page is missing, not the page."""


class FieldError(Answer):
    """``field`` as the service knows it, empty for what several fields are together; ``message`` in the person's
    language; ``type`` as pydantic names it."""

    field: str
    message: str
    type: str = ""


class KnownClient(Answer):
    id: UUID
    name: str
    code: str
    email: str


class ProblemDetails(Answer):
    """What a service refuses with (RFC 9457), as far as pages read it: ``retry_after`` in seconds; ``field`` that the
    refusal is about; ``number`` of the incident that is declared already, ``target``: with which it is merged;
    ``clients`` that are known already; ``second_step``: the token of a log-in that waits for its second factor."""

    title: str = ""
    code: str = ""
    field: str = ""
    errors: list[FieldError] = Field(default_factory=list)
    retry_after: int = 60
    number: str = ""
    target: str = ""
    clients: list[KnownClient] = Field(default_factory=list)
    second_step: str = ""


class ApiRefused(Exception):
    """A service refused. ``status`` and ``code`` say why, ``title`` is the sentence for the person."""

    def __init__(self, status: int, problem: Mapping[str, object]) -> None:
        super().__init__(f"{status} {problem.get('code')}")
        self.status = status
        self.problem = ProblemDetails.model_validate(problem)

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def is_for_the_form(self) -> bool:
        """Whether the person can correct the refusal in the same form."""
        return self.status in (409, 412, 422, 428, 429)

    @property
    def title(self) -> str:
        return self.problem.title


@dataclass(frozen=True)
class Reply(Generic[Body]):
    """``etag`` goes back as ``If-Match``."""

    status: int
    body: Body
    etag: str


class ApiClient:
    def __init__(self, http: Callable[[], aiohttp.ClientSession], upstreams: Mapping[str, str]) -> None:
        self._http = http
        self._upstreams = upstreams

    async def call(self, kind: type[Body], method: str, path: str, **options: Any) -> Reply[Body]:
        """As :meth:`opened`, read to its end as a ``kind``. What is none counts as unavailable."""
        async with self.opened(method, path, **options) as answer:
            content = await answer.read()
        try:
            return Reply(answer.status, kind.model_validate_json(content), answer.headers.get("ETag", ""))
        except ValidationError as error:
            log.error("%s %s answered no %s: %s", method, path, kind.__name__, error.errors(include_input=False))
            raise ServiceUnavailable(kind.__name__) from error

    @asynccontextmanager
    async def opened(
        self,
        method: str,
        path: str,
        *,
        token: str | None,
        language: Language,
        headers: Mapping[str, str] | None = None,
        address: str = "",
        device: str = "",
        **options: Any,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """``path`` below ``/api/v1``; ``address`` and ``device`` are the browser's. Raises ServiceUnavailable
        or ApiRefused."""
        segment = segment_of(path.split("?")[0].removeprefix("/"))
        assert segment is not None, path
        service = SEGMENTS[segment]
        sent = {"Accept-Language": language, **_context(token, address, device), **(headers or {})}
        url = f"{self._upstreams[service]}/api/v1{path}"
        try:
            async with self._http().request(method, url, headers=sent, **{"timeout": TIMEOUT, **options}) as answer:
                await _refuse(answer)
                yield answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceUnavailable(service) from error


async def _refuse(answer: aiohttp.ClientResponse) -> None:
    if answer.status >= 500:
        raise ServiceUnavailable(str(answer.status))
    if answer.status >= 400:
        raise ApiRefused(answer.status, await _problem(answer) or {})


async def _problem(answer: aiohttp.ClientResponse) -> Any:
    return await answer.json(content_type=None) if "json" in answer.content_type else None


def _context(token: str | None, address: str, device: str) -> dict[str, str]:
    sent = {"X-Request-ID": request_id.get() or "", "traceparent": traceparent.get() or "", "User-Agent": device}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if address:
        sent["X-Forwarded-For"] = address
    return {name: value for name, value in sent.items() if value}


def given(parameters: Mapping[str, Parameter]) -> list[tuple[str, str]]:
    """As a query; what is empty is not asked."""
    pairs = []
    for name, value in parameters.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(each)) for each in values if each not in (None, "")]
    return pairs


def written(body: Request | None, etag: str = "", key: str = "") -> dict[str, Any]:
    """Body and headers of a change, as options of :meth:`ApiClient.opened`."""
    headers = {"Content-Type": "application/json", "If-Match": etag, "Idempotency-Key": key}
    # ETags and keys that we gave out are short and plain. Anything else comes from a forged form, and the service would
    # close the connection on such a header.
    sent = {name: value for name, value in headers.items() if value and HEADER.fullmatch(value)}
    return {"data": _json(body) if body else None, "headers": sent}


def _json(body: Request) -> bytes:
    return json.dumps(body.model_dump(exclude_unset=True), ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else to_jsonable_python(value)

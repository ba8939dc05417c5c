"""Optimistic concurrency: a GET returns an ETag, a change needs it as If-Match."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Response

from web.errors import PreconditionFailed, PreconditionRequired


class Precondition:
    """The version in the caller's If-Match."""

    def __init__(self, value: str) -> None:
        self._tags = {tag.strip().removeprefix("W/") for tag in value.split(",")}

    def check(self, version: int) -> None:
        """Raises PreconditionFailed unless the caller's If-Match names this version; call it under the row's lock."""
        seen = {tag.partition(".")[0].rstrip('"') for tag in self._tags}
        if "*" not in self._tags and f'"{version}' not in seen:
            raise PreconditionFailed


def etag(version: int, content: str = "") -> str:
    """``"5"``, or ``"5.<digest of content>"`` if the answer also shows data that the version does not count."""
    digest = hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
    return f'"{version}.{digest}"' if content else f'"{version}"'


def set_etag(response: Response, version: int, content: str = "") -> None:
    response.headers["ETag"] = etag(version, content)


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> Precondition:
    if not if_match:
        raise PreconditionRequired
    return Precondition(if_match)


IfMatch = Annotated[Precondition, Depends(_if_match)]

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
        if not self.is_met_by_any and str(version) not in self.tags:
            raise PreconditionFailed

    @property
    def is_met_by_any(self) -> bool:
        return "*" in self._tags

    @property
    def tags(self) -> list[str]:
        """As :func:`etag` was given them: without quotes, and without the digest of what was shown beside."""
        quoted = [tag[1:-1] for tag in self._tags if len(tag) > 1 and tag[0] == tag[-1] == '"']
        return sorted(tag.partition(".")[0] for tag in quoted)


def etag(version: int | str, content: str = "") -> str:
    """``"5"``, or ``"5.<digest of content>"`` if the answer also shows data that the version does not count."""
    digest = hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
    return f'"{version}.{digest}"' if content else f'"{version}"'


def set_etag(response: Response, version: int | str, content: str = "") -> None:
    response.headers["ETag"] = etag(version, content)


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> Precondition:
    if not if_match:
        raise PreconditionRequired
    return Precondition(if_match)


async def _if_match_given(if_match: Annotated[str | None, Header()] = None) -> Precondition | None:
    return Precondition(if_match) if if_match else None


IfMatch = Annotated[Precondition, Depends(_if_match)]
# For a change that a caller may also make without saying what it has seen.
IfMatchGiven = Annotated[Precondition | None, Depends(_if_match_given)]

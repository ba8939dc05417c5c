"""Optimistic concurrency: a GET gives an ETag, a change wants it back as If-Match."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Response

from chassis.errors import PreconditionFailed, PreconditionRequired


class Precondition:
    """The version that the caller says it changes."""

    def __init__(self, value: str) -> None:
        self._tags = {tag.strip().removeprefix("W/") for tag in value.split(",")}

    def check(self, version: int) -> None:
        """Raises PreconditionFailed unless the caller has seen this version; call it under the row's lock."""
        if "*" not in self._tags and etag(version) not in self._tags:
            raise PreconditionFailed


def etag(version: int) -> str:
    return f'"{version}"'


def set_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag(version)


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> Precondition:
    if not if_match:
        raise PreconditionRequired
    return Precondition(if_match)


IfMatch = Annotated[Precondition, Depends(_if_match)]

"""Limits of a JSON body, checked before it is parsed: how long parsing blocks the event loop depends on the number of
values, not of bytes."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request

from web.errors import MalformedRequest, TooManyValues

# The largest request of ours, 500 facts of carriers, has some 3,000. Each may be refused with a sentence.
MAX_VALUES = 4_000
MAX_DEPTH = 32
# Those of every value and its name, and as many as a long text may contain.
MAX_QUOTES = 30_000
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"
_ALL_BUT_BRACKETS = bytes(byte for byte in range(256) if byte not in _OPENING + _CLOSING)


class BoundedRequest(Request):
    async def json(self) -> Any:
        """Raises TooManyValues, MalformedRequest."""
        check(await self.body())
        return await super().json()


def check(body: bytes) -> None:
    """Raises TooManyValues; MalformedRequest for NUL, which JSON in UTF-8 does not hold and any other encoding does."""
    if b"\0" in body:
        raise MalformedRequest
    if body.count(b'"') > MAX_QUOTES:
        raise TooManyValues
    bare = _STRING.sub(b"", body)
    brackets = bare.translate(None, _ALL_BUT_BRACKETS)
    if bare.count(b",") + len(brackets) > MAX_VALUES or _depth(brackets) > MAX_DEPTH:
        raise TooManyValues


def _depth(brackets: bytes) -> int:
    depth = deepest = 0
    for bracket in brackets:
        depth += 1 if bracket in _OPENING else -1
        deepest = max(deepest, depth)
    return deepest

"""Which headers cross the edge, in each direction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from multidict import CIMultiDict

from web.http.draining import DRAINING_HEADER
from web.http.proxy.errors import AmbiguousRequest
from web.observability import request_id, traceparent

RawHeaders = Sequence[tuple[bytes, bytes]]

LEAVING = DRAINING_HEADER.lower().encode()
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What the edge sets itself or answers itself (Expect).
NOT_FROM_OUTSIDE = HOP_BY_HOP | {
    b"host",
    b"expect",
    b"authorization",
    b"forwarded",
    b"via",
    b"x-real-ip",
    b"x-original-url",
    b"x-rewrite-url",
    b"x-http-method-override",
    b"x-request-id",
    b"traceparent",
}
NOT_FROM_A_SERVICE = HOP_BY_HOP | {b"date", b"server", b"x-request-id", LEAVING}
# Cookies are the portal's: no service sees one or sets one.
NO_COOKIES = frozenset({b"cookie", b"set-cookie"})
SINGLE = frozenset({b"authorization", b"content-length", b"content-type", b"host", b"transfer-encoding"})


def check(headers: RawHeaders) -> None:
    """Raises AmbiguousRequest where two readers of the same bytes could see two requests."""
    seen = [name for name, _ in headers if name in SINGLE]
    if len(seen) != len(set(seen)) or (b"content-length" in seen and b"transfer-encoding" in seen):
        raise AmbiguousRequest
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    if not (length.isdigit() and length.isascii()):
        raise AmbiguousRequest


def inbound(
    headers: RawHeaders, *, address: str, scheme: str, host: str, authorization: str | None, with_cookies: bool
) -> CIMultiDict[str]:
    """What an upstream gets: the caller's headers without those that only the edge may set, and the edge's own."""
    dropped = NOT_FROM_OUTSIDE | _named_by_connection(headers) | (NO_COOKIES if not with_cookies else set())
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers:
        if name not in dropped and not name.startswith(b"x-forwarded-"):
            kept.add(name.decode("latin-1"), _text(value))
    kept["X-Forwarded-For"] = address
    kept["X-Forwarded-Proto"] = scheme
    kept["X-Forwarded-Host"] = host
    kept["X-Request-ID"] = request_id.get() or ""
    kept["traceparent"] = traceparent.get() or ""
    if authorization is not None:
        kept["Authorization"] = authorization
    return kept


def outbound(headers: RawHeaders, *, with_cookies: bool) -> list[tuple[bytes, bytes]]:
    """What the caller gets of an upstream's headers."""
    lowered = [(name.lower(), value) for name, value in headers]
    dropped = NOT_FROM_A_SERVICE | _named_by_connection(lowered) | (NO_COOKIES if not with_cookies else set())
    return [(name, value) for name, value in lowered if name not in dropped]


def _named_by_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(token.strip().lower() for value in values for token in value.split(b","))


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AmbiguousRequest from error

"""Which service answers which path, and which paths are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from api.upstreams import API, SEGMENTS, segment_of
from web.errors import NotFound
from web.http.proxy.errors import BadPath

JWKS = "/.well-known/jwks.json"

# Where a session token becomes an access token: the portal's business with identity.
PRIVATE = frozenset({"/api/v1/auth/exchange"})

# A path that decodes to another path, or that two parsers may read in two ways, is not guessed at.
_SUSPECT = re.compile(rb"%(?:2f|5c|00)|\\|//|[^\x21-\x7e]", re.IGNORECASE)
# References of products have slashes (MXK32FN/A), which a path holds encoded.
_PRODUCTS = b"/api/v1/backoffice/products/"
_SLASH = re.compile(rb"%2f", re.IGNORECASE)
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


@dataclass(frozen=True, slots=True)
class Target:
    """``path`` is the metrics' label: as many values as there are prefixes, not as many as there are contracts."""

    service: str
    path: str
    is_authentication: bool = False


TARGETS = {
    segment: Target(service, API + segment, segment in ("auth", "oauth")) for segment, service in SEGMENTS.items()
}
# What the gateway answers itself; every other page is the portal's.
OWN_PAGES = re.compile(r"/(?:docs|docs/.*|static/.*|openapi\.json|asyncapi\.yaml|livez|readyz)")
# Scripts and styles of the portal: a page asks for twenty at once, and no service for any.
ASSETS = "/portail/"
KEYS = Target("identity", JWKS)
PORTAL = Target("portal", "pages")


def is_api(path: str) -> bool:
    return path.startswith("/api/") or path == JWKS


def is_own(path: str) -> bool:
    return OWN_PAGES.fullmatch(path) is not None


def is_asset(path: str) -> bool:
    return path.startswith(ASSETS)


def target(path: str) -> Target:
    """Raises NotFound for what no service answers."""
    if path == JWKS:
        return KEYS
    if not path.startswith(API) or path in PRIVATE:
        raise NotFound
    segment = segment_of(path[len(API) :])
    if segment is None:
        raise NotFound
    return TARGETS[segment]


def is_offered(path: str) -> bool:
    try:
        target(path)
    except NotFound:
        return False
    return True


def check_path(raw_path: bytes, path: str) -> None:
    """Raises BadPath for encoded separators, dot segments, doubled slashes and bytes that are no part of a URL.

    Only the reference of a product may hold an encoded slash, which is judged as a plain one.
    """
    if raw_path.startswith(_PRODUCTS):
        raw_path = _PRODUCTS + _SLASH.sub(b"/", raw_path.removeprefix(_PRODUCTS))
    if _SUSPECT.search(raw_path) or _DOTS.search(path) or not path.startswith("/"):
        raise BadPath

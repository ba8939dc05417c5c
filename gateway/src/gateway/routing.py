"""Which service answers which path, and which paths nobody answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chassis.errors import NotFound
from gateway.errors import BadPath

API = "/api/v1/"
JWKS = "/.well-known/jwks.json"

SEGMENTS = {
    **dict.fromkeys(
        ("auth", "oauth", "me", "sessions", "organisation", "audit", "users", "addresses", "clients", "resellers"),
        "identity",
    ),
    "sign-up-requests": "identity",
    **dict.fromkeys(("contracts", "coverage", "client-summaries"), "contracts"),
    **dict.fromkeys(("incidents", "incident-drafts", "delivery-addresses"), "incidents"),
    "files": "files",
    **dict.fromkeys(("notifications", "webhooks"), "notifications"),
    **dict.fromkeys(("backoffice/resellers", "backoffice/clients"), "identity"),
    **dict.fromkeys(
        ("backoffice/contracts", "backoffice/extension-offers", "backoffice/products", "backoffice/imports"),
        "contracts",
    ),
}

# Where a session token becomes an access token: the gateway's own business with identity.
PRIVATE = frozenset({"/api/v1/auth/exchange"})

# A path that decodes to another path, or that two parsers may read in two ways, is not guessed at.
_SUSPECT = re.compile(rb"%(?:2f|5c|00)|\\|//|[^\x21-\x7e]", re.IGNORECASE)
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
KEYS = Target("identity", JWKS)


def is_api(path: str) -> bool:
    return path.startswith("/api/") or path == JWKS


def target(path: str) -> Target:
    """Raises NotFound for what no service answers."""
    if path == JWKS:
        return KEYS
    if not path.startswith(API) or path in PRIVATE:
        raise NotFound
    first, _, rest = path[len(API) :].partition("/")
    found = TARGETS.get(f"{first}/{rest.partition('/')[0]}" if first == "backoffice" else first)
    if found is None:
        raise NotFound
    return found


def is_offered(path: str) -> bool:
    try:
        target(path)
    except NotFound:
        return False
    return True


def check_path(raw_path: bytes, path: str) -> None:
    """Raises BadPath for encoded separators, dot segments, doubled slashes and bytes that are no part of a URL."""
    if _SUSPECT.search(raw_path) or _DOTS.search(path) or not path.startswith("/"):
        raise BadPath

"""Access rules of routes. Every route declares one; a test walks them all."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request

from events import OrganisationKind
from web.auth.principal import Principal
from web.auth.tokens import TokenVerifier
from web.errors import Forbidden, Unauthenticated

EVERYBODY: frozenset[OrganisationKind] = frozenset({"sqp", "reseller", "client"})


async def authenticate(request: Request) -> Principal:
    """The caller by its bearer token, verified once per request; raises Unauthenticated."""
    known = getattr(request.state, "principal", None)
    if isinstance(known, Principal):
        return known
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    verifier: TokenVerifier = request.app.state.verifier
    principal = await verifier.verify(token.strip())
    request.state.principal = principal
    return principal


@dataclass(frozen=True)
class Rule:
    """Passes people of ``kinds`` (only administrators where ``write``), and service accounts that hold ``scope``."""

    kinds: frozenset[OrganisationKind] = field(default_factory=frozenset)
    write: bool = False
    scope: str | None = None

    async def __call__(self, request: Request) -> Principal:
        principal = await authenticate(request)
        if not self.allows(principal):
            raise Forbidden
        return principal

    def allows(self, principal: Principal) -> bool:
        if not principal.is_person:
            return self.scope is not None and self.scope in principal.scopes
        return principal.organisation_kind in self.kinds and (principal.is_administrator or not self.write)


def people(*kinds: OrganisationKind, write: bool = False, scope: str | None = None) -> Rule:
    """People of these kinds (all when none is named); with ``write`` administrators alone."""
    return Rule(frozenset(kinds) or EVERYBODY, write, scope)


def service_account(scope: str) -> Rule:
    return Rule(scope=scope)


@dataclass(frozen=True)
class Public:
    """Open to anyone. Declared, so that no route is open by omission."""

    reason: str

    async def __call__(self) -> None:
        return None

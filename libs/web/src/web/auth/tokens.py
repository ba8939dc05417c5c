"""Access tokens (RFC 9068): identity signs them, every service verifies them itself against the JWKS."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp
from cachetools import LRUCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from web.auth.principal import Principal
from web.errors import Unauthenticated, Unavailable

log = logging.getLogger(__name__)

ALGORITHM = "Ed25519"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type, no secret
LEEWAY = 5
REMEMBERED = 4096


class KeySource(Protocol):
    """Where the public signing keys come from."""

    async def key(self, kid: str) -> OKPKey | None: ...


class JwksKeys:
    """Keys by HTTP from identity, cached. An unknown ``kid`` asks again, at most once per ``cooldown`` seconds; one
    request serves all callers that wait. A known key never waits for its renewal, so that a service works on while
    identity is down or hangs.
    """

    def __init__(self, url: str, *, cooldown: float = 5.0, max_age: float = 300.0) -> None:
        self._url = url
        self._cooldown = cooldown
        self._max_age = max_age
        self._keys: dict[str, OKPKey] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._refreshing: asyncio.Task[None] | None = None
        self.fetches = 0

    async def key(self, kid: str) -> OKPKey | None:
        if kid not in self._keys:
            refreshing = self._refresh_soon()
            if refreshing is not None:
                await asyncio.shield(refreshing)
        elif time.monotonic() - self._fetched > self._max_age:
            self._refresh_soon()
        if not self._keys:
            raise Unavailable
        return self._keys.get(kid)

    def _refresh_soon(self) -> asyncio.Task[None] | None:
        """The request under way, a new one, or None during the cooldown."""
        # Without any key no token can be verified: ask more often, and still not with every request.
        cooldown = self._cooldown if self._keys else min(self._cooldown, 0.5)
        if self._refreshing is None and time.monotonic() - self._tried >= cooldown:
            self._refreshing = asyncio.create_task(self._refresh())
        return self._refreshing

    async def _refresh(self) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched = time.monotonic()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("identity's keys could not be had: %s", type(error).__name__)
        finally:
            self._tried = time.monotonic()
            self._refreshing = None

    async def _fetch(self) -> dict[str, OKPKey]:
        self.fetches += 1
        timeout = aiohttp.ClientTimeout(total=3)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as response:
            response.raise_for_status()
            keys = KeySet.import_key_set(await response.json()).keys
        return {key.kid: key for key in keys if isinstance(key, OKPKey) and key.kid}


class TokenVerifier:
    """Turns a bearer token into a Principal, or refuses."""

    def __init__(self, keys: KeySource, *, issuer: str, audience: str, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._now = now
        # A client sends a token many times in its minute, and verifying a signature costs more than most requests.
        self._verified: LRUCache[str, tuple[Principal, float]] = LRUCache(REMEMBERED)

    async def verify(self, token: str) -> Principal:
        known = self._verified.get(token)
        if known is not None and known[1] + LEEWAY > self._now():
            return known[0]
        principal, expires = await self._verify(token)
        self._verified[token] = (principal, expires)
        return principal

    async def _verify(self, token: str) -> tuple[Principal, float]:
        header = _header(token)
        if header.get("alg") != ALGORITHM or header.get("typ") != TOKEN_TYPE:
            raise Unauthenticated
        key = await self._keys.key(str(header.get("kid")))
        if key is None:
            raise Unauthenticated
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            self._registry().validate(claims)
            return Principal.from_claims(claims), float(claims["exp"])
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise Unauthenticated from error

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )


def _header(token: str) -> dict[str, Any]:
    from joserfc.jws import extract_compact

    try:
        return dict(extract_compact(token.encode()).headers())
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated from error


def sign(principal: Principal, key: OKPKey, *, issuer: str, audience: str, lifetime: int, now: float) -> str:
    """An access token good for ``lifetime`` seconds from ``now`` (seconds since the epoch)."""
    claims = {
        **principal.claims(),
        "iss": issuer,
        "aud": audience,
        "iat": int(now),
        "exp": int(now) + lifetime,
    }
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

"""Who calls, as far as the edge can tell. It refuses what is surely bad; what a caller may do, services decide."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers

from web.auth.principal import Principal
from web.auth.tokens import TokenVerifier
from web.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Requester:
    """``authorization`` is the header for the service; ``principal`` is a verified caller."""

    authorization: str | None = None
    principal: Principal | None = None


class Access:
    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def identify(self, headers: Headers) -> Requester:
        """Raises Unauthenticated. No token at all passes (some routes are public), and so does any token while
        identity's keys cannot be had."""
        authorization = headers.get("authorization")
        if authorization is None:
            return Requester()
        scheme, _, token = authorization.partition(" ")
        return Requester(authorization, await self._principal(token.strip()) if scheme.lower() == "bearer" else None)

    async def _principal(self, token: str) -> Principal | None:
        try:
            return await self._verifier.verify(token)
        except Unavailable:
            return None

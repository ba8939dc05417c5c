"""Who calls, as far as the edge can tell. It refuses what is surely bad; what a caller may do, services decide."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from starlette.datastructures import Headers

from chassis.auth.tokens import TokenVerifier
from chassis.errors import Unavailable
from gateway import sessions
from gateway.recent import Recent

VERIFIED_FOR = 30.0


@dataclass(frozen=True, slots=True)
class Caller:
    """``authorization`` is the header for the service; ``subject`` names a verified caller."""

    authorization: str | None = None
    subject: str | None = None


class Access:
    def __init__(self, verifier: TokenVerifier, browser: sessions.Sessions, public_origin: str) -> None:
        self._verifier = verifier
        self._browser = browser
        self._public_origin = public_origin
        self._verified: Recent[bytes, tuple[str, float]] = Recent(20_000)

    async def identify(self, method: str, headers: Headers) -> Caller:
        """Raises Unauthenticated, SessionEnded, CrossSite, or Unavailable for a session that nobody can exchange now.

        No token at all passes (some routes are public), and so does any token while identity's keys cannot be had.
        """
        authorization = headers.get("authorization")
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            subject = await self._subject(token.strip()) if scheme.lower() == "bearer" else None
            return Caller(authorization, subject)
        token = sessions.session_token(headers) or ""
        if not token:
            return Caller()
        sessions.refuse_cross_site(method, headers, self._public_origin)
        access_token = await self._browser.access_token(token)
        return Caller(f"Bearer {access_token}", await self._subject(access_token))

    async def _subject(self, token: str) -> str | None:
        key = hashlib.blake2b(token.encode(), digest_size=16).digest()
        known = self._verified.get(key)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        try:
            principal = await self._verifier.verify(token)
        except Unavailable:
            return None
        # A token may thus pass up to 30 s late; the service, which decides, looks at its time again.
        self._verified.put(key, (principal.subject, time.monotonic() + VERIFIED_FOR))
        return principal.subject

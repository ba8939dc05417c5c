"""Who calls, as far as the edge can tell. It refuses what is surely bad; what a caller may do, services decide."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers

from chassis.auth.tokens import TokenVerifier
from chassis.errors import Unavailable
from gateway import sessions


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
        try:
            return (await self._verifier.verify(token)).subject
        except Unavailable:
            return None

"""Tokens: short signed access tokens, refresh tokens that need no storage."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from uuid import UUID

from joserfc.jwk import OKPKey

from identity.models import Organisation, Session, User
from identity.settings import Settings
from web.auth.principal import Principal
from web.auth.tokens import sign


@dataclass(frozen=True)
class Access:
    """``lifetime`` in seconds."""

    token: str
    lifetime: int


def principal_of(user: User, organisation: Organisation, session: Session) -> Principal:
    return Principal(
        subject=str(user.id),
        user_id=user.id,
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        role=user.role,
        session_id=session.id,
        name=user.full_name,
    )


class Tokens:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = settings.refresh_secret.get_secret_value().encode()

    def access(self, principal: Principal, key: OKPKey) -> Access:
        """Persons' tokens are shorter than service accounts'."""
        settings = self._settings
        lifetime = settings.access_token_seconds if principal.is_person else settings.service_token_seconds
        token = sign(
            principal, key, issuer=settings.issuer, audience=settings.audience, lifetime=lifetime, now=time.time()
        )
        return Access(token, lifetime)

    def refresh(self, session_id: UUID, generation: int) -> str:
        """``<session>.<generation>.<HMAC>``: derived, so that the same generation always gives the same token."""
        stem = f"{session_id}.{generation}"
        return f"{stem}.{self._mac(stem)}"

    def read_refresh(self, token: str) -> tuple[UUID, int] | None:
        """Session and generation of a token of ours; None for anything else."""
        stem, _, mac = token.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(stem).encode()):
            return None
        session_id, _, generation = stem.partition(".")
        return UUID(session_id), int(generation)

    def _mac(self, stem: str) -> str:
        return hmac.new(self._secret, stem.encode(), hashlib.sha256).hexdigest()

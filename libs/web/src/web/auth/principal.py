"""The principal of a request: a person of an organisation, or a service account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events import OrganisationKind, Role


@dataclass(frozen=True)
class Principal:
    """The verified content of an access token. A service account has scopes and no user, organisation or role."""

    subject: str
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    organisation_kind: OrganisationKind | None = None
    role: Role | None = None
    session_id: UUID | None = None
    name: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def is_person(self) -> bool:
        return self.user_id is not None

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"

    @property
    def tenant(self) -> str:
        """The namespace of this caller's idempotency keys."""
        return f"{self.organisation_id or 'service'}:{self.subject}"

    def claims(self) -> dict[str, Any]:
        """The private claims of an access token, the inverse of :meth:`from_claims`."""
        if not self.is_person:
            return {"sub": self.subject, "scope": " ".join(sorted(self.scopes))}
        return {
            "sub": self.subject,
            "org": str(self.organisation_id),
            "kind": self.organisation_kind,
            "role": self.role,
            "sid": str(self.session_id) if self.session_id else None,
            "name": self.name,
        }

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> Principal:
        """Raises KeyError, ValueError or TypeError on claims that identity does not issue."""
        if "org" not in claims:
            return cls(subject=claims["sub"], scopes=frozenset(claims["scope"].split()))
        if claims["kind"] not in ("sqp", "reseller", "client") or claims["role"] not in ("administrator", "basic"):
            raise ValueError("unknown kind or role")
        return cls(
            subject=claims["sub"],
            user_id=UUID(claims["sub"]),
            organisation_id=UUID(claims["org"]),
            organisation_kind=claims["kind"],
            role=claims["role"],
            session_id=UUID(claims["sid"]) if claims.get("sid") else None,
            name=claims.get("name", ""),
        )

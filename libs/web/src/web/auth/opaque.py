"""Opaque tokens, for links and cookies: random, and stored as digests."""

from __future__ import annotations

import hashlib
import secrets


def token() -> str:
    """256 random bits, fit for a link or a cookie."""
    return secrets.token_urlsafe(32)


def digest(of: str) -> str:
    """What is stored of an opaque token: it has enough entropy for a plain SHA-256."""
    return hashlib.sha256(of.encode()).hexdigest()

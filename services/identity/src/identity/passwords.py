"""Passwords: Argon2id in a thread, few at a time, and the same work whether or not the account exists."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from identity.errors import PasswordNamesUser, PasswordTooCommon, PasswordTooShort
from identity.settings import Settings

MINIMUM = 12
# The most common ones that are long enough; a run of one character is refused by rule.
COMMON = frozenset(
    {
        "password1234", "password12345", "password123456", "passwordpassword", "motdepasse123", "motdepasse1234",
        "motdepassemotdepasse", "azertyuiop123", "azertyuiopqsdf", "azertyuiopqsdfghjklm", "qwertyuiop12",
        "qwertyuiop123", "qwertyuiopasdf", "123456789012", "1234567890123", "12345678901234", "1234567890azerty",
        "123456789azerty", "azerty123456", "azerty123456789", "qwerty123456", "qwerty123456789", "administrateur",
        "administrator", "administrateur1", "administrator1", "adminadminadmin", "bienvenue1234", "bienvenue2024",
        "bienvenue2025", "bienvenue2026", "welcome12345", "iloveyou1234", "jetaimejetaime", "changeme1234",
        "changemechangeme", "letmein12345", "soleilsoleil", "doudoudoudou", "marseille13000", "abcdefghijkl",
        "abcdefghijklmnop", "abcd12345678", "1q2w3e4r5t6y", "1qaz2wsx3edc", "a1b2c3d4e5f6", "000000000000",
    }
)  # fmt: skip


class Passwords:
    """Hashing and verifying, at most ``password_hash_concurrency`` at once: each takes 46 MiB and a core."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=settings.argon2_memory_kib, parallelism=1)
        self._slots = asyncio.Semaphore(settings.password_hash_concurrency)
        # What an unknown account is verified against: made now, so that the first such attempt takes no longer.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, known: str | None, password: str) -> bool:
        """Whether ``password`` is the one that was hashed; with no hash it takes the same time and is False."""
        async with self._slots:
            matches = await asyncio.to_thread(self._matches, known or self._nobody, _normal(password))
        return matches and known is not None

    async def renewed(self, known: str | None, password: str) -> str | None:
        """Another hash of a password that has just matched, where ``known`` was made with weaker parameters."""
        if known is None or not self._hasher.check_needs_rehash(known):
            return None
        return await self.hash(password)

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def refuse_weak(password: str, *, login: str, email: str) -> None:
    """Raises a PasswordRefused unless ``password`` may be used by this person."""
    folded = _normal(password).casefold().strip()
    if len(_normal(password)) < MINIMUM:
        raise PasswordTooShort(minimum=MINIMUM)
    if folded in {login.casefold(), email.casefold()}:
        raise PasswordNamesUser
    if folded in COMMON or len(set(folded)) <= 2:
        raise PasswordTooCommon


def _normal(password: str) -> str:
    """One form for what keyboards compose differently."""
    return unicodedata.normalize("NFKC", password)

"""Passwords: Argon2id in a thread, few at a time, and the same work whether or not the account exists."""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from identity.errors import PasswordNamesUser, PasswordTooCommon, PasswordTooShort
from identity.settings import Settings
from web.text.folding import fold

MINIMUM = 12
# What zxcvbn looks at: its time grows faster than the length (0.4 s for this much of "4@8({[<3", 6 s for 64 of it), and
# what this much cannot tell is strong.
LOOKED_AT = 24
# zxcvbn keeps the user inputs of a call in a module-level dictionary: two concurrent calls would mix two people's
# words.
_ONE_AT_A_TIME = threading.Lock()
# Initials and articles are in every password.
SHORTEST_WORD = 3
# Of 0 to 4: at least 10^8 guesses, which a limit on attempts keeps out of reach for years.
STRONG_ENOUGH = 3
# Words of the house and of French keyboards, which an English list of passwords does not hold.
CONTEXT = (
    *("sqp", "nas", "portail", "revendeur", "client", "contrat", "motdepasse", "bienvenue", "azertyuiop", "qsdfghjklm"),
    # What people put before a year when a password has to be another one.
    *("janvier", "fevrier", "mars", "avril", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
    *("printemps", "automne", "hiver"),
)


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

    async def refuse_weak(self, password: str, *, login: str, email: str, names: Sequence[str]) -> None:
        """Raises a PasswordRefused unless ``password`` may be used by this person; ``names`` are the person's and the
        organisation's."""
        async with self._slots:
            await asyncio.to_thread(_refuse_weak, password, login, email, names)

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def _refuse_weak(password: str, login: str, email: str, names: Sequence[str]) -> None:
    written = _normal(password)
    if len(written) < MINIMUM:
        raise PasswordTooShort(minimum=MINIMUM)
    if written.casefold().strip() in {login.casefold(), email.casefold()}:
        raise PasswordNamesUser
    known = {*CONTEXT, *(word for text in (login, email, *names) for word in _words(text))}
    folded = fold(written)
    # Own words count for nothing, whatever stands between them.
    left = re.sub("|".join(map(re.escape, sorted(known, key=len, reverse=True))), "", folded)
    if _score(written, known) < STRONG_ENOUGH or (left != folded and _score(left, known) < STRONG_ENOUGH):
        raise PasswordTooCommon


def _score(password: str, known: set[str]) -> int:
    with _ONE_AT_A_TIME:
        return int(zxcvbn(password[:LOOKED_AT], user_inputs=sorted(known))["score"]) if password else 0


def _words(text: str) -> set[str]:
    """Whole, in parts and without what stands between them, with and without accents: a name with a year behind it is
    no password."""
    found = set()
    for form in (text.casefold(), fold(text)):
        parts = re.findall(r"[^\W_]+", form)
        found |= {form, "".join(parts), *parts}
    return {word for word in found if len(word) >= SHORTEST_WORD}


def _normal(password: str) -> str:
    """One form for what keyboards compose differently."""
    return unicodedata.normalize("NFKC", password)

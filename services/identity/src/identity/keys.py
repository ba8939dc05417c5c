"""Signing keys: made on first need, published before they sign and until their last token has expired."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from joserfc.jwk import OKPKey
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.database import Database
from identity import vault
from identity.errors import KeyTooYoung
from identity.models import SigningKey
from identity.settings import Settings
from web import clock
from web.auth.tokens import ALGORITHM

LOCK = 7_205_759_405
UNKNOWN_KID_COOLDOWN = 1.0


@dataclass(frozen=True)
class Snapshot:
    """The keys as they were in the database at ``taken`` (monotonic seconds)."""

    taken: float
    active: OKPKey
    published: dict[str, dict[str, Any]]


class KeyRing:
    """Identity's own KeySource, and its signer. Cached for ``key_cache_seconds``."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._snapshot: Snapshot | None = None

    async def key(self, kid: str) -> OKPKey | None:
        snapshot = await self._current()
        if kid not in snapshot.published and time.monotonic() - snapshot.taken > UNKNOWN_KID_COOLDOWN:
            snapshot = await self._load()
        values = snapshot.published.get(kid)
        return OKPKey.import_key(values) if values else None

    async def signer(self) -> OKPKey:
        return (await self._current()).active

    async def published(self) -> list[dict[str, Any]]:
        """The public keys of the JWKS."""
        return list((await self._current()).published.values())

    def forget(self) -> None:
        self._snapshot = None

    async def _current(self) -> Snapshot:
        known = self._snapshot
        if known and time.monotonic() - known.taken <= self._settings.key_cache_seconds:
            return known
        return await self._load()

    async def _load(self) -> Snapshot:
        taken = time.monotonic()
        async with self._database.transaction() as session:
            keys = await _all(session) or await ensure(session, self._settings)
        active = next(key for key in keys if key.state == "active")
        published = {key.kid: key.public for key in keys if _is_published(key, self._settings)}
        self._snapshot = Snapshot(taken, _unsealed(active, self._settings), published)
        return self._snapshot


async def ensure(session: AsyncSession, settings: Settings) -> Sequence[SigningKey]:
    """The first two keys, unless another process has just made them."""
    await _lock(session)
    known = await _all(session)
    if known:
        return known
    active, following = _made(settings), _made(settings)
    active.activate(clock.now())
    session.add_all((active, following))
    await session.flush()
    return (active, following)


async def rotate(session: AsyncSession, settings: Settings, *, force: bool = False) -> str:
    """The next key signs from now on and a new next one is published; answers the kid that signs.

    Raises KeyTooYoung when the next key was published too recently, unless ``force``.
    """
    keys = {key.state: key for key in await ensure(session, settings) if key.state != "retired"}
    active, following, now = keys["active"], keys["next"], clock.now()
    published_for = (now - following.created_at).total_seconds()
    if not force and published_for < settings.key_publication_seconds:
        raise KeyTooYoung(f"published {published_for:.0f} s ago, {settings.key_publication_seconds} s are wanted")
    active.retire(now)
    await session.flush()
    following.activate(now)
    await session.flush()
    session.add(_made(settings))
    await _drop_expired(session, settings, now)
    audit.record(session, "key.rotate", organisation_id=None, subject=following.kid, retired=active.kid)
    return following.kid


async def rotate_when_due(session: AsyncSession, settings: Settings) -> bool:
    """Whether the active key had served ``key_rotation_days`` and has been relieved."""
    active = next(key for key in await ensure(session, settings) if key.state == "active")
    await _drop_expired(session, settings, clock.now())
    assert active.activated_at is not None
    if clock.now() - active.activated_at < timedelta(days=settings.key_rotation_days):
        return False
    await rotate(session, settings)
    return True


async def _lock(session: AsyncSession) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


async def _all(session: AsyncSession) -> Sequence[SigningKey]:
    return (await session.scalars(select(SigningKey).order_by(SigningKey.created_at))).all()


async def _drop_expired(session: AsyncSession, settings: Settings, now: datetime) -> None:
    before = now - timedelta(seconds=settings.key_retention_seconds)
    await session.execute(delete(SigningKey).where(SigningKey.state == "retired", SigningKey.retired_at < before))


def _is_published(key: SigningKey, settings: Settings) -> bool:
    retention = timedelta(seconds=settings.key_retention_seconds)
    return key.retired_at is None or clock.now() - key.retired_at < retention


def _made(settings: Settings) -> SigningKey:
    kid = uuid4().hex
    key = OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM})
    sealed = vault.seal(settings, "identity signing keys", key.as_dict(private=True))
    return SigningKey(
        kid=kid, public=dict(key.as_dict(private=False)), sealed_private=sealed, state="next", created_at=clock.now()
    )


def _unsealed(key: SigningKey, settings: Settings) -> OKPKey:
    return OKPKey.import_key(vault.unseal(settings, "identity signing keys", key.sealed_private))

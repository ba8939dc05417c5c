"""Service accounts: made by an operator, known by a secret that is shown once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from identity import repository
from web import clock


async def put(session: AsyncSession, identifier: str, secret_hash: str, scopes: Sequence[str]) -> None:
    """Makes the account, or gives a known one another secret and these scopes."""
    await repository.put_service_account(session, identifier, secret_hash, scopes)
    audit.record(session, "service_account.put", organisation_id=None, subject=identifier, scopes=sorted(scopes))


async def disable(session: AsyncSession, identifier: str) -> bool:
    """It gets no token any more and writes nothing here with one that it has; whether that was news."""
    is_news = await repository.disable_service_account(session, identifier, clock.now())
    if is_news:
        audit.record(session, "service_account.disable", organisation_id=None, subject=identifier)
    return is_news

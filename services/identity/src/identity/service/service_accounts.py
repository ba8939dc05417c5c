"""Service accounts: made by an operator, known by a secret that is shown once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from identity import audit, repository


async def put(session: AsyncSession, identifier: str, secret_hash: str, scopes: Sequence[str]) -> None:
    """Makes the account, or gives a known one another secret and these scopes."""
    await repository.put_service_account(session, identifier, secret_hash, scopes)
    audit.record(session, "service_account.put", organisation_id=None, subject=identifier, scopes=sorted(scopes))

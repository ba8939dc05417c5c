"""The SQL of service accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from identity.models import (
    ServiceAccount,
)


async def put_service_account(session: AsyncSession, identifier: str, secret_hash: str, scopes: Sequence[str]) -> None:
    """Adds the account, or gives a known one this secret and these scopes; a disabled one is enabled by it."""
    values = {"secret_hash": secret_hash, "scopes": sorted(set(scopes)), "disabled_at": None}
    statement = insert(ServiceAccount).values(id=identifier, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


async def lock_service_account(session: AsyncSession, identifier: str) -> ServiceAccount | None:
    """Locked against being disabled meanwhile; other writes of the same account go on side by side."""
    query = select(ServiceAccount).where(ServiceAccount.id == identifier).with_for_update(read=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def disable_service_account(session: AsyncSession, identifier: str, now: datetime) -> bool:
    """Whether there is such an account that was not disabled before."""
    known = (ServiceAccount.id == identifier, ServiceAccount.disabled_at.is_(None))
    statement = update(ServiceAccount).where(*known).values(disabled_at=now).returning(ServiceAccount.id)
    return await session.scalar(statement) is not None

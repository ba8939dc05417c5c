"""The SQL of requests to sign up, and of the contracts that they name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from identity.access import requests_of
from identity.models import KnownContract, SignUpRequest
from web.auth.principal import Principal
from web.text import codes


async def contract(session: AsyncSession, number: str) -> KnownContract | None:
    """By its number in any notation; one that was registered in exactly this notation comes first."""
    query = select(KnownContract).where(KnownContract.number_code == codes.number(number))
    return await session.scalar(query.order_by((KnownContract.number == number).desc()).limit(1))


async def add_request(session: AsyncSession, request: SignUpRequest) -> bool:
    """Adds the request unless the same person's is pending already."""
    columns = ("id", "client_id", "reseller_id", "contract_number", "email", "first_name", "last_name")
    values = {column: getattr(request, column) for column in columns}
    statement = insert(SignUpRequest).values(**values).on_conflict_do_nothing().returning(SignUpRequest.id)
    return await session.scalar(statement) is not None


async def lock_request(session: AsyncSession, identifier: UUID, principal: Principal) -> SignUpRequest | None:
    query = (
        select(SignUpRequest)
        .where(SignUpRequest.id == identifier, requests_of(principal))
        .with_for_update(key_share=True)
    )
    return await session.scalar(query, execution_options={"populate_existing": True})

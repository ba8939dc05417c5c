"""Registrations and what identity tells of their parties lock in one order: no two of them wait for each other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from devkit.harness import Harness
from events import organisation_id

PARTY = text("SELECT id FROM organisations WHERE id = :id FOR NO KEY UPDATE")
CONTRACT = text("SELECT number FROM contracts WHERE number = :number FOR NO KEY UPDATE NOWAIT")
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.mark.parametrize(("kind", "code"), [("reseller", "REV-0001"), ("client", "CLI-0001")])
async def test_a_registration_that_waits_for_a_party_holds_no_contract(
    harness: Harness, register: Any, kind: Any, code: str
) -> None:
    await register("1")
    async with harness.service.database.transaction() as session:
        await session.execute(PARTY, {"id": organisation_id(kind, code)})
        registering = asyncio.create_task(register("1", ends_in=200))
        async with asyncio.timeout(10):
            while not await session.scalar(WAITING):
                await asyncio.sleep(0.01)
        assert await session.scalar(CONTRACT, {"number": "1"}) == "1"
    await registering

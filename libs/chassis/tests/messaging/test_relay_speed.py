"""How long the relay takes for a backlog: printed (-s), not judged, as machines differ."""

from __future__ import annotations

import time

import pytest
from sample.settings import Settings
from sample.testing import scalar
from sqlalchemy import text

from chassis.processes import make_relay
from chassis.service import Service

pytestmark = [pytest.mark.rabbitmq, pytest.mark.slow]

FILL = """
    INSERT INTO outbox (id, kind, type, aggregate, payload)
    SELECT gen_random_uuid(), 'event', 'sample.note.written.v1', 'note:' || n % 50,
           jsonb_build_object('specversion', '1.0', 'id', gen_random_uuid(), 'text', repeat('x', 500))
    FROM generate_series(1, 5000) AS n
"""
LEFT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"


async def test_five_thousand_events_leave(service: Service, settings: Settings) -> None:
    async with service.database.transaction() as session:
        await session.execute(text(FILL))
    relay = make_relay(service)
    begun = time.perf_counter()
    rounds = 0
    while await relay.round():
        rounds += 1
    seconds = time.perf_counter() - begun
    await relay._publisher.close()
    assert await scalar(service.database, LEFT) == 0
    print(f"5,000 events in {seconds:.2f} s ({5000 / seconds:,.0f}/s), {rounds} rounds")

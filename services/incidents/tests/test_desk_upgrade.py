"""What there was before the desk stands in its queue at once, and exactly so once the job has run."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from devkit.harness import SQP, Harness, settings_for
from incidents.bootstrap import build
from incidents.settings import Settings

STATES = ("new", "in_diagnosis", "pending", "exchange", "resolved", "closed")
INCIDENT = """
    INSERT INTO incidents (number, number_key, version, revision, status, pending_reason, title, title_key, nature,
        description, articles, delivery_address, contract_number, product_reference, serial_number, starts_on,
        warranty_ends_on, service_level, reseller_id, reseller_name, declared_at, declarer_id, declarer_kind,
        declared_by, declared_by_name, search_text)
    VALUES (:number, :number, 1, 3, :status, :reason, 'Panne', 'panne', 'defective', '', '[]', '{}', '1', 'TS', 'Q1',
        '2026-01-01', '2030-01-01', '', md5('r')::uuid, 'Revendeur', '2026-05-01T08:00:00Z', md5('r')::uuid,
        'reseller', md5('u')::uuid, 'Prénom Nom', '')
"""
MOVED = """
    INSERT INTO incident_history (incident_number, at, user_name, organisation_kind, from_status, to_status, note)
    VALUES (:number, '2026-05-02T08:00:00Z', 'SQP', 'sqp', 'new', :status, '')
"""
SAID = """
    INSERT INTO messages (id, incident_number, thread, body, at, author_id, author_name, organisation_id,
        organisation_kind)
    VALUES (gen_random_uuid(), :number, :thread, 'Bonjour', :at, md5('u')::uuid, 'Nom', md5('r')::uuid, :kind)
"""


async def test_what_there_was_stands_in_the_queue_after_the_upgrade(empty_database: Databases) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    migrate.upgrade(settings, service.migrations, service.metadata, "0010")
    owner = create_engine(settings.database_owner_url.get_secret_value())
    with owner.begin() as connection:
        for place, status in enumerate(STATES):
            given = {"number": f"2605010{place}", "status": status}
            reason = "waiting_client" if status == "pending" else None
            connection.execute(text(INCIDENT), {**given, "reason": reason})
            connection.execute(text(MOVED), given)
        said: list[dict[str, Any]] = [
            {"number": "26050101", "thread": "sqp", "at": "2026-05-03T08:00:00Z", "kind": "sqp"},
            {"number": "26050104", "thread": "sqp", "at": "2026-05-04T08:00:00Z", "kind": "reseller"},
            {"number": "26050104", "thread": "sqp", "at": "2026-05-05T08:00:00Z", "kind": "reseller"},
            {"number": "26050100", "thread": "client", "at": "2026-05-05T08:00:00Z", "kind": "client"},
        ]
        connection.execute(text(SAID), said)
    migrate.upgrade(settings, service.migrations, service.metadata)
    owner.dispose()
    async with Harness.started(settings, build) as harness, harness.client(SQP) as http:

        async def actions() -> dict[str, str]:
            rows = (await http.get("/api/v1/desk")).json()["items"]
            return {row["number"]: row["action"] for row in rows}

        filled = {"26050104": "answer", "26050100": "start", "26050101": "diagnose", "26050102": "remind"}
        assert await actions() == {**filled, "26050103": "check"}
        await harness.run_job("incidents.catch_up_desk")
        exact = {**filled, "26050101": "remind", "26050103": "close"}
        assert await actions() == exact

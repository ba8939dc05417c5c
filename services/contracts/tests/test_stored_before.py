"""What releases before took in is repaired, or read as it is."""

from __future__ import annotations

import json
from uuid import uuid4

from alembic import command
from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from contracts.bootstrap import build
from contracts.settings import Settings
from devkit.harness import settings_for
from web.text import codes

PARTIES = {
    "reseller": {"code": "R", "name": "R", "email": "", "phone": "01 23 45 67 89"},
    "client": {"code": "C", "name": "C", "email": "", "phone": "accueil", "address": {"phone": "0123456789"}},
}


def test_hostile_moments_and_old_phones_are_mended(empty_database: Databases) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    engine = create_engine(settings.database_owner_url.get_secret_value())
    reseller = uuid4()
    with engine.connect() as connection:
        command.upgrade(migrate.configuration(settings, service.migrations, service.metadata, connection), "0001")
        connection.execute(
            text("INSERT INTO organisations (id, kind, code, name, phone) VALUES (:id, 'reseller', 'R', 'R', :phone)"),
            {"id": reseller, "phone": "01 23 45 67 89"},
        )
        connection.execute(
            text(
                "INSERT INTO contracts (number, version, product_reference, serial_number, reseller_id, starts_on, "
                "base_ends_on, warranty_ends_on, extension_count, service_level, parties, search_text) VALUES "
                "('1', 1, 'P', 'S', :reseller, '2026-01-01', '2027-01-01', '2027-01-01', 3, '', :parties, '')"
            ),
            {"reseller": reseller, "parties": json.dumps(PARTIES)},
        )
        for order, moment in (
            ("bc", "0001-01-01 00:00+14 BC"),
            ("far", "9999-12-31"),
            ("ever", "infinity"),
            ("ok", "2026-02-03"),
        ):
            connection.execute(
                text(
                    "INSERT INTO extensions (contract_number, order_id, sku, label, months, ordered_at) "
                    "VALUES ('1', :order, 'X', 'X', 12, CAST(:moment AS timestamptz))"
                ),
                {"order": order, "moment": moment},
            )
        connection.commit()
    migrate.upgrade(settings, service.migrations, service.metadata)
    with engine.connect() as connection:
        moments = connection.execute(
            text("SELECT order_id, ordered_at = c.registered_at FROM extensions JOIN contracts c ON true")
        )
        assert {order: bool(is_same) for order, is_same in moments} == {
            "bc": True,
            "far": True,
            "ever": True,
            "ok": False,
        }
        assert connection.scalar(text("SELECT phone FROM organisations")) == "+33123456789"
        parties = connection.scalar(text("SELECT parties FROM contracts"))
    assert parties["reseller"]["phone"] == parties["client"]["address"]["phone"] == "+33123456789"
    assert parties["client"]["phone"] == "accueil"
    engine.dispose()


def test_contracts_of_one_unit_and_what_was_paid_back_are_settled_once_the_release_before_is_gone(
    empty_database: Databases,
) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    engine = create_engine(settings.database_owner_url.get_secret_value())
    reseller, client = uuid4(), uuid4()
    with engine.connect() as connection:
        command.upgrade(migrate.configuration(settings, service.migrations, service.metadata, connection), "0014")
        for kind, identifier in (("reseller", reseller), ("client", client)):
            connection.execute(
                text("INSERT INTO organisations (id, kind, code, name) VALUES (:id, :kind, 'X', 'X')"),
                {"id": identifier, "kind": kind},
            )
        for number, serial in (("1", "a-1"), ("2", "A1"), ("3", "B1")):
            connection.execute(
                text(
                    "INSERT INTO contracts (number, version, product_reference, serial_number, reseller_id, client_id, "
                    "starts_on, base_ends_on, warranty_ends_on, extension_count, service_level, parties, search_text) "
                    "VALUES (:number, 1, 'P', :serial, :reseller, :client, '2026-01-01', '2027-01-01', '2027-01-01', "
                    "0, '', '{}', '')"
                ),
                {"number": number, "serial": serial, "reseller": reseller, "client": client},
            )
        connection.commit()
    migrate.upgrade(settings, service.migrations, service.metadata)
    with engine.connect() as connection:
        [(job, units, waits)] = connection.execute(
            text("SELECT type, payload #> '{arguments,units}', due_at > now() FROM outbox")
        )
        assert (job, units, waits) == ("contracts.settle", [codes.serial("A-1")], True)
        found = connection.execute(text("SELECT DISTINCT followers, settled_references FROM contracts")).all()
        assert found == [({}, [])]
    engine.dispose()

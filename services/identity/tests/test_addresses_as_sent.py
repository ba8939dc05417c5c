"""E-mail addresses of the release before are written as intake writes them now."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from devkit.harness import settings_for
from identity.bootstrap import build
from identity.settings import Settings

RESELLER = "00000000-0000-0000-0000-000000000001"
CLIENT = "00000000-0000-0000-0000-000000000002"
ADDRESSES = {
    "Jean@Société.FR": "Jean@xn--socit-esab.fr",
    "jean@EXEMPLE.fr": "jean@exemple.fr",
    "jean@exemple.fr": "jean@exemple.fr",
    "pas une adresse": "pas une adresse",
    "jérôme@exemple.fr": "jérôme@exemple.fr",
    "": "",
}
ORGANISATION = """
INSERT INTO organisations (id, kind, code, name, email, reseller_id)
VALUES (:id, :kind, :code, 'Nom', :email, :reseller)
"""
USER = """
INSERT INTO users (id, organisation_id, login, first_name, last_name, email, phone, role, status, language, version,
  search_text, email_undeliverable)
VALUES (gen_random_uuid(), :of, :login, '', '', :email, '', 'basic', 'active', 'fr', 1, '', false)
"""
REQUEST = """
INSERT INTO sign_up_requests (id, client_id, reseller_id, contract_number, email, first_name, last_name)
VALUES (gen_random_uuid(), :client, :reseller, '1', :email, '', '')
"""


@pytest.fixture
def before(empty_database: Databases) -> Any:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    migrate.upgrade(settings, service.migrations, service.metadata, "0006")
    owner = create_engine(settings.database_owner_url.get_secret_value())
    yield owner, lambda: migrate.upgrade(settings, service.migrations, service.metadata)
    owner.dispose()


def test_stored_addresses_get_the_form_of_those_that_are_typed_now(before: Any) -> None:
    owner, upgrade = before
    with owner.begin() as connection:
        reseller = {"id": RESELLER, "kind": "reseller", "code": "R", "email": "r@SOCIÉTÉ.fr", "reseller": None}
        connection.execute(text(ORGANISATION), reseller)
        for login, email in enumerate(ADDRESSES):
            connection.execute(text(USER), {"of": RESELLER, "login": f"l{login}", "email": email})
    upgrade()
    with owner.begin() as connection:
        assert connection.scalar(text("SELECT email FROM organisations")) == "r@xn--socit-esab.fr"
        written = connection.scalars(text("SELECT email FROM users ORDER BY login")).all()
    assert list(written) == list(ADDRESSES.values())


def test_two_requests_that_a_notation_told_apart_both_stay(before: Any) -> None:
    owner, upgrade = before
    with owner.begin() as connection:
        for identifier, kind, code, of in ((RESELLER, "reseller", "R", None), (CLIENT, "client", "C", RESELLER)):
            row = {"id": identifier, "kind": kind, "code": code, "email": "", "reseller": of}
            connection.execute(text(ORGANISATION), row)
        for email in ("a@société.fr", "a@xn--socit-esab.fr", "b@société.fr"):
            connection.execute(text(REQUEST), {"client": CLIENT, "reseller": RESELLER, "email": email})
    upgrade()
    with owner.begin() as connection:
        written = connection.scalars(text('SELECT email FROM sign_up_requests ORDER BY email COLLATE "C"')).all()
    assert list(written) == ["a@société.fr", "a@xn--socit-esab.fr", "b@xn--socit-esab.fr"]

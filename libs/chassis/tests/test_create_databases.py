"""What prepares the database server of docker-compose.yml, and whom it refuses in production."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from chassis.create_databases import main
from chassis.messaging.definitions import user
from devkit.servers.targets import PostgresTarget
from web.settings import SecretRefused

GOOD = {"postgres_password": "x" * 32, "made_database_password": "y" * 32, "made_database_owner_password": "z" * 32}


@pytest.fixture
def secrets(tmp_path: Path, postgres_server: PostgresTarget, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in GOOD.items():
        (tmp_path / name).write_text(f"{value}\n")
    login, _, host = postgres_server.url.partition("://")[2].partition("@")
    name, _, password = login.partition(":")
    (tmp_path / "postgres_password").write_text(password)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_ADMIN_URL", f"postgresql://{name}@{host}")
    monkeypatch.setenv("ENVIRONMENT", "production")
    return tmp_path


def defined(folder: Path, *passwords: str) -> None:
    users = [user(f"user{n}", password) for n, password in enumerate(passwords)]
    (folder / "rabbitmq_definitions.json").write_text(json.dumps({"users": users}))


def test_databases_are_made_with_the_passwords_of_their_files(secrets: Path, postgres_server: PostgresTarget) -> None:
    defined(secrets, "a good one", "another")
    main(["made"])
    host = postgres_server.url.rpartition("@")[2].partition("/")[0]
    for role, secret in (("made_app", "made_database_password"), ("made_owner", "made_database_owner_password")):
        with psycopg.connect(f"postgresql://{role}:{GOOD[secret]}@{host}/made") as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
    postgres_server.drop("made")


@pytest.mark.parametrize("printed", ["postgres_password", "made_database_password", "made_database_owner_password"])
def test_production_refuses_a_printed_password(secrets: Path, printed: str) -> None:
    (secrets / printed).write_text(f"development-{printed}")
    with pytest.raises(SecretRefused, match=printed):
        main(["made"])


@pytest.mark.parametrize("printed", ["development-rabbitmq_password", "development-made_broker_password"])
def test_production_refuses_a_printed_user_of_the_broker(secrets: Path, printed: str) -> None:
    """No process reads the operator's password: nobody else would notice."""
    defined(secrets, "a good one", printed)
    with pytest.raises(SecretRefused, match="user1"):
        main(["made"])

"""Settings: from the environment, per process, and no printed secret in production."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sample.settings import Settings

REAL = {
    "database_url": "postgresql+psycopg://app:x@db/sample",
    "events_url": "amqp://sample:x@mq/events",
    "jobs_url": "amqp://sample:x@mq/jobs",
}


def production(**changes: str) -> Settings:
    given: dict[str, Any] = {name: SecretStr(value) for name, value in {**REAL, **changes}.items()}
    return Settings(environment="production", **given)


def test_production_starts_with_secrets_of_its_own() -> None:
    assert production().environment == "production"


@pytest.mark.parametrize("name", REAL)
def test_production_refuses_each_development_secret(name: str) -> None:
    given: dict[str, Any] = {other: SecretStr(value) for other, value in REAL.items() if other != name}
    with pytest.raises(ValidationError, match=f"{name} still has its development value"):
        Settings(environment="production", **given)


def test_only_migrations_need_the_owners_secret() -> None:
    assert production().database_owner_url.get_secret_value() == ""


def test_a_development_secret_is_refused_also_when_it_is_said_aloud() -> None:
    with pytest.raises(ValidationError, match="development value"):
        production(events_url="amqp://guest:guest@localhost:5672/events")


def test_the_environment_is_read_with_the_services_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_PREFETCH", "7")
    monkeypatch.setenv("SAMPLE_RETRY_LADDER", "[1, 2.5]")
    monkeypatch.setenv("PREFETCH", "9")
    settings = Settings()
    assert settings.prefetch == 7
    assert settings.retry_ladder == (timedelta(seconds=1), timedelta(seconds=2.5))


def test_secrets_do_not_show() -> None:
    assert "guest:guest" not in repr(Settings())


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]

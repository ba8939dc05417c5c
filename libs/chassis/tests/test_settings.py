"""Settings: from the environment, per process, and no printed secret in production."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError
from sample.settings import Settings

from web.settings import development_secret

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


def test_production_refuses_a_crash_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRASH_POINT", "api.after_commit")
    with pytest.raises(ValidationError, match="CRASH_POINT is set"):
        production()


@pytest.mark.parametrize("name", REAL)
def test_production_refuses_each_development_secret(name: str) -> None:
    given: dict[str, Any] = {other: SecretStr(value) for other, value in REAL.items() if other != name}
    with pytest.raises(ValidationError, match=f"{name} still has its development value"):
        Settings(environment="production", **given)


class Sealing(Settings):
    """With a secret that is nothing but one."""

    seal: SecretStr = development_secret("sample-development-seal")


def sealing(seal: str, environment: str = "production") -> Sealing:
    given: dict[str, Any] = {name: SecretStr(value) for name, value in REAL.items()}
    return Sealing(environment=environment, seal=SecretStr(seal), **given)


@pytest.mark.parametrize("seal", ["", "x", "zq" * 7 + "z", "zq" + " " * 30])
def test_production_refuses_a_secret_that_can_be_guessed(seal: str) -> None:
    with pytest.raises(ValidationError, match="seal is too short: its shortest is 16 characters") as refused:
        sealing(seal)
    assert "zq" not in str(refused.value)


def test_a_secret_of_sixteen_characters_is_long_enough_and_a_laptop_takes_any() -> None:
    assert sealing("zq" * 8).environment == "production"
    assert sealing("", "development").seal.get_secret_value() == ""


def test_an_empty_file_is_no_secret(secret_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secret_files / "sample_seal").write_text("\n")
    with pytest.raises(ValidationError, match="seal is too short"):
        Sealing(environment="production", **{name: SecretStr(value) for name, value in REAL.items()})  # type: ignore[arg-type]  # names from a table


def test_what_was_given_does_not_show_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_SEAL", "zqzq")
    monkeypatch.setenv("SAMPLE_PREFETCH", "zqzq")
    with pytest.raises(ValidationError) as refused:
        Sealing()
    assert "zqzq" not in str(refused.value)


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
        Settings().port = 1  # type: ignore[misc]  # the test's point


@pytest.fixture
def secret_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    return tmp_path


def test_a_password_from_a_file_completes_its_url(secret_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secret_files / "sample_database_password").write_text("p@ss/word\n")
    (secret_files / "sample_broker_password").write_text("mq")
    monkeypatch.setenv("SAMPLE_DATABASE_URL", "postgresql+psycopg://sample_app@db:5432/sample")
    monkeypatch.setenv("SAMPLE_EVENTS_URL", "amqp://sample@mq:5672/events")
    monkeypatch.setenv("SAMPLE_JOBS_URL", "amqp://sample@mq:5672/sample-jobs")
    settings = Settings(environment="production")
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://sample_app:p%40ss%2Fword@db:5432/sample"
    assert settings.events_url.get_secret_value() == "amqp://sample:mq@mq:5672/events"
    assert settings.jobs_url.get_secret_value() == "amqp://sample:mq@mq:5672/sample-jobs"


def test_the_environment_wins_over_a_file(secret_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secret_files / "sample_port").write_text("1")
    monkeypatch.setenv("SAMPLE_PORT", "2")
    assert Settings().port == 2


def test_a_folder_of_secrets_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match="names no folder"):
        Settings()


@pytest.mark.parametrize(
    ("name", "refused"), [("database_password", "database_url"), ("broker_password", "events_url")]
)
def test_production_refuses_whatever_says_that_it_is_for_development(name: str, refused: str) -> None:
    with pytest.raises(ValidationError, match=f"{refused} still has its development value"):
        production(**{name: "development-sample"})

"""Settings come from the environment, with a prefix per service, and are built per process: never at import."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

Environment = Literal["development", "test", "production"]

RETRY_LADDER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))


# Every secret that this repository prints says so: no deployment can take one along unnoticed.
DEVELOPMENT_MARK = "development"


# Characters; what is shorter was typed, or its file is empty, and somebody will guess it.
SHORTEST_SECRET = 16


class SecretRefused(ValueError):
    """Production was started with a secret that is printed in this repository, or that can be guessed."""


def development_secret(value: str, *, shortest: int = SHORTEST_SECRET) -> Any:
    """A secret with a default that anyone can read: fine on a laptop, refused in production, as is one of less than
    ``shortest`` characters; 0 for a URL or a key, whose own reader says what is wrong with it."""
    return Field(default=SecretStr(value), json_schema_extra={"development_only": True, "shortest": shortest})


class ProcessSettings(BaseSettings):
    """What every process reads, with a database or without. Durations are seconds.

    A value comes from the environment, or from a file in the folder ``SECRETS_DIR`` that is named after the variable in
    small letters (``contracts_database_password``): what an orchestrator mounts, and no environment shows.
    """

    model_config = SettingsConfigDict(
        extra="ignore",
        frozen=True,
        # What was given may be a secret, and an error goes to the log.
        hide_input_in_errors=True,
    )

    name: ClassVar[str]

    environment: Environment = "development"

    issuer: str = "http://localhost:8080"
    audience: str = "sqp-platform"
    jwks_url: str = "http://localhost:8081/.well-known/jwks.json"

    host: str = "127.0.0.1"
    port: int = 8000
    forwarded_allow_ips: str = "127.0.0.1"
    max_body_bytes: int = 1024 * 1024
    log_level: str = "INFO"

    # From the signal to stop until no further connection is accepted. Whoever sends here must notice first, by a probe
    # that fails or by the address that is gone, or the last requests meet a closed door.
    drain_seconds: float = Field(default=0.0, ge=0)

    # Where Prometheus asks, on ``host``: a process without an API, and the gateway, whose own port is the world's. 0 is
    # nowhere.
    metrics_port: int = Field(default=0, ge=0, le=65535)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return named["init_settings"], named["env_settings"], _secret_files(settings_cls)

    @model_validator(mode="after")
    def refuse_weak_secrets(self) -> Self:
        if self.environment == "production":
            for field in type(self).model_fields:
                if self._is_of_development(field):
                    raise SecretRefused(f"{field} still has its development value")
                if self._is_short(field):
                    shortest = self._said(field)["shortest"]
                    raise SecretRefused(f"{field} is too short: its shortest is {shortest} characters")
        return self

    def _is_short(self, field: str) -> bool:
        value, shortest = getattr(self, field), self._said(field).get("shortest", 0)
        return isinstance(value, SecretStr) and len(value.get_secret_value().strip()) < shortest

    @classmethod
    def _said(cls, field: str) -> dict[str, Any]:
        extra = cls.model_fields[field].json_schema_extra
        return extra if isinstance(extra, dict) else {}

    def _is_of_development(self, field: str) -> bool:
        info, value = type(self).model_fields[field], getattr(self, field)
        guarded = self._said(field).get("development_only")
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value) if guarded else ""
        return bool(guarded and value == info.default) or DEVELOPMENT_MARK in text


def _secret_files(settings_cls: type[BaseSettings]) -> SecretsSettingsSource:
    folder = os.environ.get("SECRETS_DIR") or None
    if folder is not None and not Path(folder).is_dir():
        raise SettingsError(f"SECRETS_DIR names no folder: {folder}")
    return SecretsSettingsSource(settings_cls, secrets_dir=folder)


class ServiceSettings(ProcessSettings):
    """What every service reads. URLs carry their credentials, or take the password that stands apart.

    ``database_url`` is the application role's, ``database_owner_url`` the owner's: migrations alone get it.
    ``broker_password`` goes into both URLs of the broker.
    """

    database_url: SecretStr = development_secret("postgresql+psycopg://localhost/sqp", shortest=0)
    database_owner_url: SecretStr = SecretStr("")
    database_password: SecretStr = SecretStr("")
    database_owner_password: SecretStr = SecretStr("")
    database_app_role: str = ""
    database_pool_size: int = Field(default=10, ge=1)
    database_pool_timeout: float = 3.0
    statement_timeout: float = 15.0
    idle_in_transaction_timeout: float = 30.0

    events_url: SecretStr = development_secret("amqp://guest:guest@localhost:5672/events", shortest=0)
    jobs_url: SecretStr = development_secret("amqp://guest:guest@localhost:5672/jobs", shortest=0)
    broker_password: SecretStr = SecretStr("")
    retry_ladder: tuple[timedelta, ...] = RETRY_LADDER
    prefetch: int = Field(default=20, ge=1, le=50)
    confirm_timeout: float = 10.0
    relay_poll: float = 0.05
    # Touched by the loop that does the work of a process without an API (events, tasks, beat); its age says whether
    # that loop still turns. None is nowhere.
    heartbeat_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def complete_urls(cls, given: dict[str, Any]) -> dict[str, Any]:
        passwords = {
            "database_url": given.get("database_password"),
            "database_owner_url": given.get("database_owner_password"),
            "events_url": given.get("broker_password"),
            "jobs_url": given.get("broker_password"),
        }
        completed = {name: with_password(given[name], value) for name, value in passwords.items() if name in given}
        return {**given, **completed}


def with_password(url: str | SecretStr, password: str | SecretStr | None) -> str:
    """``url`` with the password behind its user; one that it carries already stays where none is given."""
    plain, secret = _plain(url), _plain(password)
    parts = urlsplit(plain)
    if not secret or not parts.username:
        return plain
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:{quote(secret, safe='')}@{host}").geturl()


def _plain(value: str | SecretStr | None) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value or ""

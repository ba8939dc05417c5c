"""Settings come from the environment, with a prefix per service, and are built per process: never at import."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Environment = Literal["development", "test", "production"]

RETRY_LADDER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))


class DevelopmentSecretRefused(ValueError):
    """Production was started with a secret that is printed in this repository."""


def development_secret(value: str) -> Any:
    """A secret with a default that anyone can read: fine on a laptop, refused in production."""
    return Field(default=SecretStr(value), json_schema_extra={"development_only": True})


class ProcessSettings(BaseSettings):
    """What every process reads, with a database or without. Durations are seconds."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

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

    @model_validator(mode="after")
    def refuse_development_secrets(self) -> Self:
        if self.environment != "production":
            return self
        for field, info in type(self).model_fields.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict) and extra.get("development_only") and getattr(self, field) == info.default:
                raise DevelopmentSecretRefused(f"{field} still has its development value")
        return self


class ServiceSettings(ProcessSettings):
    """What every service reads. URLs carry their credentials.

    ``database_url`` is the application role's, ``database_owner_url`` the owner's: migrations alone get it.
    """

    database_url: SecretStr = development_secret("postgresql+psycopg://localhost/sqp")
    database_owner_url: SecretStr = SecretStr("")
    database_app_role: str = ""
    database_pool_size: int = Field(default=10, ge=1)
    database_pool_timeout: float = 3.0
    statement_timeout: float = 15.0
    idle_in_transaction_timeout: float = 30.0

    events_url: SecretStr = development_secret("amqp://guest:guest@localhost:5672/events")
    jobs_url: SecretStr = development_secret("amqp://guest:guest@localhost:5672/jobs")
    retry_ladder: tuple[timedelta, ...] = RETRY_LADDER
    prefetch: int = Field(default=20, ge=1, le=50)
    confirm_timeout: float = 10.0
    relay_poll: float = 0.05
    # Where the events process, which has no API, answers to Prometheus on ``host``; 0 is nowhere.
    metrics_port: int = Field(default=0, ge=0, le=65535)

    runtime_folder: Path = Path(".data")

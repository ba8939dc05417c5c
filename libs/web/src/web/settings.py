"""Settings come from the environment, with a prefix per service, and are built per process: never at import."""

from __future__ import annotations

import os
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

Environment = Literal["development", "test", "production"]

# Every secret in this repository contains this word, so that production can refuse it.
DEVELOPMENT_MARK = "development"


# Characters; a shorter secret was typed or its file is empty, and can be guessed.
SHORTEST_SECRET = 16


class SecretRefused(ValueError):
    """Production was started with a secret that is printed in this repository, or that can be guessed."""


def development_secret(value: str, *, shortest: int = SHORTEST_SECRET) -> Any:
    """A secret with a printed default, which production refuses. Production also refuses one of less than ``shortest``
    characters; 0 for a URL or a key, which its own parser validates."""
    return Field(default=SecretStr(value), json_schema_extra={"development_only": True, "shortest": shortest})


class ProcessSettings(BaseSettings):
    """Settings of every process, with a database or without. Durations are seconds.

    A value comes from the environment, or from a file in the folder ``SECRETS_DIR`` that is named after the variable in
    lower case (``contracts_database_password``), which an orchestrator mounts and no environment shows.
    """

    model_config = SettingsConfigDict(
        extra="ignore",
        frozen=True,
        # The input may be a secret, and errors are logged.
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
    # Two hundred at once fit into the memory of a container.
    max_body_bytes: int = 512 * 1024
    log_level: str = "INFO"

    # From the signal to stop until no further connection is accepted. Clients must notice first, by a failing
    # probe or a vanished address; otherwise their last requests are refused.
    drain_seconds: float = Field(default=0.0, ge=0)

    # The port of the metrics, on ``host``, of a process without an API and of the gateway, whose own port is public. 0:
    # no metrics.
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


class UpstreamSettings(ProcessSettings):
    """What a process reads that calls services. Durations are seconds, sizes bytes.

    ``public_url`` is what people type: forwarded to the services and compared with a form's origin, whatever ``Host`` a
    request brings. ``forwarded_allow_ips`` names the proxies in front whose X-Forwarded-For is believed.
    """

    public_url: str = "http://localhost:8080"

    connect_timeout: float = 2.0
    response_timeout: float = 30.0
    client_timeout: float = 60.0
    connections_per_upstream: int = Field(default=2000, ge=1)
    max_upload_bytes: int = 21 * 1024 * 1024

    @property
    @abstractmethod
    def upstreams(self) -> dict[str, str]:
        """Base address by name, without a trailing slash."""

    @property
    def public_origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_https(self) -> bool:
        return self.public_origin.startswith("https://")


def _secret_files(settings_cls: type[BaseSettings]) -> SecretsSettingsSource:
    folder = os.environ.get("SECRETS_DIR") or None
    if folder is not None and not Path(folder).is_dir():
        raise SettingsError(f"SECRETS_DIR names no folder: {folder}")
    return SecretsSettingsSource(settings_cls, secrets_dir=folder)

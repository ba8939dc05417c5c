"""Settings of the embedded stack: ``PORT``, ``HOST``, ``DEVSTACK_*``."""

from __future__ import annotations

from pathlib import Path

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DevstackSettings(BaseSettings):
    """``mail_port`` 0 is the port after the portal's; ``seed`` false starts without demonstration data; ``durable``
    false waits for no disk: such data survives a kill, and no power cut.

    ``clock`` is the moment at which the business clock starts, for tests of days and hours; tokens and schedules keep
    the machine's.
    """

    model_config = SettingsConfigDict(env_prefix="DEVSTACK_", extra="ignore")

    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    port: int = Field(default=8080, validation_alias="PORT", ge=1, le=65535)
    mail_port: int = 0
    data: Path = Path(".data")
    seed: bool = True
    durable: bool = True
    clock: AwareDatetime | None = None
    log_level: str = "WARNING"

    @property
    def public_url(self) -> str:
        """The one address that is printed: browsers take ``__Host-`` cookies on it without TLS."""
        return f"http://localhost:{self.port}"

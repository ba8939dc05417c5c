"""Settings of the gateway, ``GATEWAY_*`` in the environment. Durations are seconds, sizes bytes, rates per second."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from api import imports
from api.upstreams import PlatformSettings
from events.files import MAX_FILE_BYTES


class Settings(PlatformSettings):
    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    name: ClassVar[str] = "gateway"

    port: int = 8080
    forwarded_allow_ips: str = ""
    portal_url: str = "http://127.0.0.1:8086"

    # A form with its files, of which the portal says how many.
    max_form_bytes: int = 21 * MAX_FILE_BYTES
    max_import_bytes: int = imports.MOST_BYTES

    rate_limited: bool = True
    rate: float = Field(default=100.0, gt=0)
    burst: int = Field(default=400, ge=1)
    auth_rate: float = Field(default=10.0, gt=0)
    auth_burst: int = Field(default=30, ge=1)
    rate_principals: int = Field(default=100_000, ge=1)
    # Under way at a time: fewer than a service has connections to its database. An address may be a whole office's.
    in_flight: int = Field(default=6, ge=1)
    in_flight_of_address: int = Field(default=32, ge=1)
    # A form's files travel together, each as long as the line takes, and need little of a service meanwhile.
    in_flight_uploads: int = Field(default=24, ge=1)
    in_flight_waiting: int = Field(default=100, ge=0)
    in_flight_patience: float = Field(default=10.0, gt=0)

    documents_cache: float = 60.0

    @property
    def upstreams(self) -> dict[str, str]:
        return {**super().upstreams, "portal": self.portal_url.rstrip("/")}

    @property
    def services(self) -> dict[str, str]:
        """The upstreams that have an API."""
        return super().upstreams

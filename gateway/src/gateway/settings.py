"""Settings of the gateway, ``GATEWAY_*`` in the environment. Durations are seconds, sizes bytes, rates per second."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ProcessSettings


class Settings(ProcessSettings):
    """``public_url`` is what people type: forwarded to the services and compared with a form's origin, whatever
    ``Host`` a request brings. ``forwarded_allow_ips`` names the proxies in front whose X-Forwarded-For is believed
    (none by default). ``jwks_url`` is identity's own address unless said otherwise.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    name: ClassVar[str] = "gateway"

    port: int = 8080
    forwarded_allow_ips: str = ""
    jwks_url: str = ""
    public_url: str = "http://localhost:8080"

    identity_url: str = "http://127.0.0.1:8081"
    contracts_url: str = "http://127.0.0.1:8082"
    incidents_url: str = "http://127.0.0.1:8083"
    files_url: str = "http://127.0.0.1:8084"
    notifications_url: str = "http://127.0.0.1:8085"

    connect_timeout: float = 2.0
    response_timeout: float = 30.0
    client_timeout: float = 60.0
    connections_per_upstream: int = Field(default=2000, ge=1)
    max_upload_bytes: int = 21 * 1024 * 1024

    rate_limited: bool = True
    rate: float = Field(default=100.0, gt=0)
    burst: int = Field(default=400, ge=1)
    auth_rate: float = Field(default=10.0, gt=0)
    auth_burst: int = Field(default=30, ge=1)
    rate_principals: int = Field(default=100_000, ge=1)

    session_cache: float = Field(default=60.0, le=60.0)
    documents_cache: float = 60.0

    @property
    def upstreams(self) -> dict[str, str]:
        """Base address by service name, without a trailing slash."""
        return {
            "identity": self.identity_url.rstrip("/"),
            "contracts": self.contracts_url.rstrip("/"),
            "incidents": self.incidents_url.rstrip("/"),
            "files": self.files_url.rstrip("/"),
            "notifications": self.notifications_url.rstrip("/"),
        }

    @property
    def keys_url(self) -> str:
        return self.jwks_url or f"{self.upstreams['identity']}/.well-known/jwks.json"

    @property
    def public_origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_https(self) -> bool:
        return self.public_origin.startswith("https://")

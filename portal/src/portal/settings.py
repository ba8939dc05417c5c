"""Settings of the portal, ``PORTAL_*`` in the environment. Durations are seconds."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from api.upstreams import PlatformSettings


class Settings(PlatformSettings):
    """``session_cache``: how long an access token is used before identity is asked again whether its session lives."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_")

    name: ClassVar[str] = "portal"

    port: int = 8086
    session_cache: float = Field(default=60.0, le=60.0)

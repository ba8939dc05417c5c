"""Settings of the contracts service, ``CONTRACTS_*`` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="CONTRACTS_")

    name: ClassVar[str] = "contracts"

    shop_url: str = "https://www.sqp.fr/boutique"
    import_timeout: float = Field(default=1800.0, description="the whole body of an import, seconds")
    import_idle_timeout: float = Field(default=30.0, description="between two pieces of it, seconds")

"""``SAMPLE_*`` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SAMPLE_")

    name: ClassVar[str] = "sample"

    # An hour, so that no test meets two slots unless it wants to.
    tick_every: float = 3600.0

"""Settings of the incidents service, ``INCIDENTS_*`` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="INCIDENTS_")

    name: ClassVar[str] = "incidents"

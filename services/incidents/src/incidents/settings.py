"""Settings of the incidents service, ``INCIDENTS_*`` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from web.auth.sealing import MAIL_DEVELOPMENT_KEY


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="INCIDENTS_")

    name: ClassVar[str] = "incidents"

    # The public key (JWK) that notifications opens the links of its mails with.
    mail_public_key: str = Field(default=MAIL_DEVELOPMENT_KEY, json_schema_extra={"development_only": True})

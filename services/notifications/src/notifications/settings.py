"""Settings of the notifications service, ``NOTIFICATIONS_*`` in the environment."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from web.settings import development_secret

# The private half of the key that identity seals its links to on a laptop.
DEVELOPMENT_MAIL_KEY = (
    '{"crv":"X25519","x":"uxBdEz6Ed1rek2NZefZp-eFFqL9asO1WVPuMSsIfS1E",'
    '"d":"2FBmVIjomHDqTFzOybOAtPuLIXejcUfN2ufq4VaTZEg","kid":"mail-development","use":"enc","kty":"OKP"}'
)


class Settings(ServiceSettings):
    """``portal_url`` is the host of every link, whatever a request claims. Stream times are in seconds;
    ``mail_backoff`` (seconds) doubles with every attempt, up to an hour."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_")

    name: ClassVar[str] = "notifications"

    portal_url: str = "http://localhost:8080"

    smtp_host: str = "localhost"
    smtp_port: int = 1025
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = False
    # For the whole conversation; well below idle_in_transaction_timeout, which would end the job's transaction.
    smtp_timeout: float = Field(default=15.0, gt=0, le=25)
    mail_from: str = "SQP <ne-pas-repondre@sqp.example>"
    mail_private_key: SecretStr = development_secret(DEVELOPMENT_MAIL_KEY, shortest=0)
    mail_attempts: int = Field(default=10, ge=1)
    mail_backoff: float = Field(default=30.0, gt=0)
    # How long a message waits for what is to be mended on our own side.
    mail_patience: timedelta = Field(default=timedelta(days=3), ge=timedelta(hours=1))

    stream_poll: float = 0.2
    stream_heartbeat: float = 15.0
    stream_recheck: float = 5.0
    stream_max_age: float = Field(default=900.0, gt=0)
    stream_send_timeout: float = 30.0
    stream_queue: int = Field(default=256, ge=1)
    streams_per_user: int = Field(default=20, ge=1)
    stream_retention: timedelta = Field(default=timedelta(hours=6), ge=timedelta(hours=1), le=timedelta(hours=24))
    feed_retention: timedelta = timedelta(days=365)

"""What a service's processes read besides: its database and its broker."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from chassis.failpoints import CRASH_POINT
from web.settings import ProcessSettings, development_secret

RETRY_LADDER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))


class ServiceSettings(ProcessSettings):
    """What every service reads. URLs carry their credentials, or take the password that stands apart.

    ``database_url`` is the application role's, ``database_owner_url`` the owner's: migrations alone get it.
    ``broker_password`` goes into both URLs of the broker.
    """

    database_url: SecretStr = development_secret("postgresql+psycopg://localhost/sqp", shortest=0)
    database_owner_url: SecretStr = SecretStr("")
    database_password: SecretStr = SecretStr("")
    database_owner_password: SecretStr = SecretStr("")
    database_app_role: str = ""
    database_pool_size: int = Field(default=10, ge=1)
    database_pool_timeout: float = 3.0
    statement_timeout: float = 15.0
    idle_in_transaction_timeout: float = 30.0

    events_url: SecretStr = development_secret("amqp://guest:guest@localhost:5672/events", shortest=0)
    jobs_url: SecretStr = development_secret("amqp://guest:guest@localhost:5672/jobs", shortest=0)
    broker_password: SecretStr = SecretStr("")
    retry_ladder: tuple[timedelta, ...] = RETRY_LADDER
    prefetch: int = Field(default=20, ge=1, le=50)
    confirm_timeout: float = 10.0
    relay_poll: float = 0.05
    # Touched by the loop that does the work of a process without an API (events, tasks, beat); its age says whether
    # that loop still turns. None is nowhere.
    heartbeat_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def complete_urls(cls, given: dict[str, Any]) -> dict[str, Any]:
        passwords = {
            "database_url": given.get("database_password"),
            "database_owner_url": given.get("database_owner_password"),
            "events_url": given.get("broker_password"),
            "jobs_url": given.get("broker_password"),
        }
        completed = {name: with_password(given[name], value) for name, value in passwords.items() if name in given}
        return {**given, **completed}

    @model_validator(mode="after")
    def refuse_crash_points(self) -> Self:
        if self.environment == "production" and os.environ.get(CRASH_POINT):
            raise ValueError(f"{CRASH_POINT} is set: production kills no process of its own")
        return self


def with_password(url: str | SecretStr, password: str | SecretStr | None) -> str:
    """``url`` with the password behind its user; one that it carries already stays where none is given."""
    plain, secret = _plain(url), _plain(password)
    parts = urlsplit(plain)
    if not secret or not parts.username:
        return plain
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:{quote(secret, safe='')}@{host}").geturl()


def _plain(value: str | SecretStr | None) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value or ""

"""Creates each named service's database and its two roles: ``python -m chassis.create_databases NAME…``.

For a server without an operator that creates databases, as in docker-compose.yml. ``DATABASE_ADMIN_URL`` is the
administrator's URL without password; the passwords (``<name>_database_owner_password``, ``<name>_database_password``)
are files in the folder ``SECRETS_DIR``. Running it again sets the passwords again.

Everything else waits for it, so that it also looks at what no process of ours reads: in production the broker's users
(``rabbitmq_definitions.json``, where it is given) must not have the passwords that the repository prints.
"""

import json
import os
import sys
from pathlib import Path

from chassis.messaging.definitions import password_hash
from chassis.provision import provision
from chassis.settings import with_password
from web.settings import DEVELOPMENT_MARK, SecretRefused


def main(names: list[str]) -> None:
    """Raises KeyError or FileNotFoundError naming what is missing, SecretRefused in production."""
    _refuse_printed_users(names)
    admin_url = with_password(os.environ["DATABASE_ADMIN_URL"], _secret("postgres_password"))
    for name in names:
        provision(
            admin_url,
            name,
            owner_password=_secret(f"{name}_database_owner_password"),
            app_password=_secret(f"{name}_database_password"),
        )
        print("ready:", name)  # noqa: T201 - a command speaks to who typed it


def _refuse_printed_users(names: list[str]) -> None:
    definitions = _file("rabbitmq_definitions.json")
    if not _is_production() or not definitions.exists():
        return
    secrets = ("rabbitmq_password", *(f"{name}_broker_password" for name in names))
    printed = {password_hash(f"{DEVELOPMENT_MARK}-{secret}") for secret in secrets}
    for user in json.loads(definitions.read_text())["users"]:
        if user["password_hash"] in printed:
            raise SecretRefused(f"the broker's user {user['name']} still has its development value")


def _secret(name: str) -> str:
    value = _file(name).read_text().strip()
    if _is_production() and DEVELOPMENT_MARK in value:
        raise SecretRefused(f"{name} still has its development value")
    return value


def _file(name: str) -> Path:
    return Path(os.environ["SECRETS_DIR"]) / name


def _is_production() -> bool:
    return os.environ.get("ENVIRONMENT") == "production"


if __name__ == "__main__":
    main(sys.argv[1:])

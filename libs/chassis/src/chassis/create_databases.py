"""Creates each named service's database and its two roles: ``python -m chassis.create_databases NAME…``.

For a server that nobody else prepares, as in docker-compose.yml. ``DATABASE_ADMIN_URL`` is an administrator's without a
password; that and the services' (``<name>_database_owner_password``, ``<name>_database_password``) are files in the
folder ``SECRETS_DIR``. May be repeated: it then sets the passwords again.
"""

import os
import sys
from pathlib import Path

from chassis.provision import provision
from chassis.settings import DEVELOPMENT_MARK, SecretRefused, with_password


def main(names: list[str]) -> None:
    """Raises KeyError or FileNotFoundError naming what is missing, SecretRefused in production."""
    admin_url = with_password(os.environ["DATABASE_ADMIN_URL"], _secret("postgres_password"))
    for name in names:
        provision(
            admin_url,
            name,
            owner_password=_secret(f"{name}_database_owner_password"),
            app_password=_secret(f"{name}_database_password"),
        )
        print("ready:", name)  # noqa: T201 - a command speaks to who typed it


def _secret(name: str) -> str:
    value = (Path(os.environ["SECRETS_DIR"]) / name).read_text().strip()
    if os.environ.get("ENVIRONMENT") == "production" and DEVELOPMENT_MARK in value:
        raise SecretRefused(f"{name} still has its development value")
    return value


if __name__ == "__main__":
    main(sys.argv[1:])

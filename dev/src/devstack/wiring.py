"""Settings of each service in the embedded stack, and the services built from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import contracts.bootstrap
import contracts.settings
import files.bootstrap
import files.settings
import identity.bootstrap
import identity.settings
import incidents.bootstrap
import incidents.settings
import notifications.bootstrap
import notifications.settings
from chassis.provision import Databases
from chassis.service import Service
from devstack.settings import DevstackSettings

POOL_SIZE = 10


def build_services(
    settings: DevstackSettings, databases: Mapping[str, Databases], *, identity_url: str, smtp_port: int
) -> dict[str, Service]:
    """The five services, each on its own database, told where identity's keys and the mail catcher are."""

    def common(name: str) -> dict[str, Any]:
        return {
            **service_database(databases[name]),
            "issuer": settings.public_url,
            "jwks_url": f"{identity_url}/.well-known/jwks.json",
            "log_level": settings.log_level,
        }

    mail: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": smtp_port, "portal_url": settings.public_url}
    folder: dict[str, Any] = {"storage_folder": settings.data.absolute() / "files"}
    return {
        "identity": identity.bootstrap.build(identity.settings.Settings(**common("identity"))),
        "contracts": contracts.bootstrap.build(contracts.settings.Settings(**common("contracts"))),
        "incidents": incidents.bootstrap.build(incidents.settings.Settings(**common("incidents"))),
        "files": files.bootstrap.build(files.settings.Settings(**common("files"), **folder)),
        "notifications": notifications.bootstrap.build(
            notifications.settings.Settings(**common("notifications"), **mail)
        ),
    }


def service_database(databases: Databases) -> dict[str, Any]:
    return {
        "database_url": _driver(databases.app_url),
        "database_owner_url": _driver(databases.owner_url),
        "database_app_role": f"{databases.name}_app",
        "database_pool_size": POOL_SIZE,
    }


def bus_database(databases: Databases) -> dict[str, Any]:
    """The bus has no migrations: it creates its own tables, so it connects as the owner."""
    return {**service_database(databases), "database_url": _driver(databases.owner_url)}


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)

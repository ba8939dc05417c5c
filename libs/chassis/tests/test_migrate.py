"""Migrations: by the owner, one at a time, and equal to what the models say."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sample.bootstrap import build
from sample.models import Base
from sample.settings import Settings
from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from chassis.tables import ChassisBase
from devkit.harness import settings_for


@pytest.fixture
def fresh(empty_database: Databases) -> Settings:
    return settings_for(Settings, empty_database)


async def test_concurrent_migrations_wait_for_each_other(fresh: Settings) -> None:
    service = build(fresh)
    runs = [asyncio.to_thread(migrate.upgrade, fresh, service.migrations, service.metadata) for _ in range(4)]
    await asyncio.gather(*runs)
    async with service.database.reader() as reader:
        assert await reader.scalar(text("SELECT count(*) FROM notes")) == 0
    await service.database.close()


async def test_the_first_migration_makes_the_tables_that_the_models_describe(fresh: Settings) -> None:
    service = build(fresh)
    migrate.upgrade(fresh, service.migrations, service.metadata)
    engine = create_engine(fresh.database_owner_url.get_secret_value())
    with engine.connect() as owner:
        context = MigrationContext.configure(owner, opts={"compare_server_default": False})
        both = [ChassisBase.metadata, Base.metadata]
        differences = compare_metadata(context, both)  # type: ignore[arg-type]  # takes a list, too
    engine.dispose()
    assert differences == []
    await service.database.close()


def test_without_the_owners_address_migrations_say_so(fresh: Settings) -> None:
    nameless = fresh.model_copy(update={"database_owner_url": SecretStr("")})
    service = build(nameless)
    with pytest.raises(migrate.NoOwner, match="DATABASE_OWNER_URL"):
        migrate.upgrade(nameless, service.migrations, service.metadata)

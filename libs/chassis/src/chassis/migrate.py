"""Migrations: Alembic as the owner role, one at a time, impatient with locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import Connection, MetaData, RowMapping, create_engine, text

from chassis.searching import fold_sql
from chassis.settings import ServiceSettings
from chassis.tables import ChassisBase

LOCK = 7_205_759_404
# Alembic's context is the process's, so two services of one process take turns.
TURN = threading.Lock()


class NoOwner(ValueError):
    """Migrations were started without the owner's address."""


def upgrade(settings: ServiceSettings, migrations: Path, metadata: MetaData, revision: str = "head") -> None:
    """Brings the service's database to ``revision``; concurrent callers wait for each other."""
    if not settings.database_owner_url.get_secret_value():
        raise NoOwner(f"{settings.name}: migrations run as the owner; set DATABASE_OWNER_URL")
    engine = create_engine(settings.database_owner_url.get_secret_value())
    try:
        with TURN, engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.commit()
            command.upgrade(configuration(settings, migrations, metadata, connection), revision)
    finally:
        engine.dispose()


def configuration(settings: ServiceSettings, migrations: Path, metadata: MetaData, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection, metadata=[ChassisBase.metadata, metadata], app_role=settings.database_app_role
    )
    return config


def run_environment() -> None:
    """What a service's ``migrations/env.py`` calls."""
    attributes = context.config.attributes
    context.configure(connection=attributes["connection"], target_metadata=attributes["metadata"])
    with context.begin_transaction():
        context.run_migrations()


def app_role() -> str | None:
    """The application role that a migration grants to or revokes from; None where owner and application are one."""
    role: str = context.config.attributes.get("app_role", "")
    return role or None


def grant_to_app_role() -> None:
    """First statement of a service's first migration: the application role may use what the owner will create."""
    role = app_role()
    if role is None:
        return
    op.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    op.execute(f'ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}"')
    op.execute(f'ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO "{role}"')


def define_fold() -> None:
    """The function ``fold``: what :func:`chassis.searching.folded` and generated columns sort by."""
    op.get_bind().exec_driver_sql(fold_sql())


REFILLED_AT_ONCE = 1000


def refill(table: str, key: str, reading: str, values: Callable[[RowMapping], dict[str, Any]]) -> None:
    """Sets columns of every row of ``table`` to what ``values`` makes of what ``reading``, a SELECT, says of it.

    ``reading`` names the table without alias and has neither WHERE nor ORDER BY; ``key`` is unique.
    """
    connection = op.get_bind()
    following = ""
    parameters: dict[str, Any] = {}
    while True:
        query = f"{reading} {following} ORDER BY {table}.{key} LIMIT {REFILLED_AT_ONCE}"
        rows = connection.execute(text(query), parameters).mappings().all()
        if not rows:
            return
        changes = [{**values(row), "_key": row[key]} for row in rows]
        columns = ", ".join(f"{name} = :{name}" for name in changes[0] if name != "_key")
        connection.execute(text(f"UPDATE {table} SET {columns} WHERE {key} = :_key"), changes)  # noqa: S608 - our names
        following, parameters = f"WHERE {table}.{key} > :last", {"last": rows[-1][key]}


def rewrite(table: str, column: str, written: Callable[[str], str], unless: str = "false") -> None:
    """Gives the texts in ``column`` the form that ``written`` makes of them. ``unless`` is a condition of SQL under
    which a row keeps what it has; it may name the new text as ``:new``."""
    connection = op.get_bind()
    found = connection.execute(text(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''"))  # noqa: S608 - our names
    changes = [{"old": old, "new": new} for (old,) in found if (new := written(old)) != old]
    if changes:
        statement = f"UPDATE {table} SET {column} = :new WHERE {column} = :old AND NOT ({unless})"  # noqa: S608 - our names
        connection.execute(text(statement), changes)


def append_only(table: str) -> None:
    """The application may add rows to ``table`` and read them, and can neither change nor delete any."""
    role = app_role()
    if role is not None:
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')


def create_audit() -> None:
    """The table of :class:`chassis.tables.AuditEntry`, which the application can only add to."""
    for statement in AUDIT.split(";"):
        if statement.strip():
            op.execute(statement)
    append_only("audit")


def create_chassis_tables() -> None:
    """Version 1 of the tables of :mod:`chassis.tables`, part of every service's first migration."""
    for statement in CHASSIS_V1.split(";"):
        if statement.strip():
            op.execute(statement)


CHASSIS_V1 = """
CREATE TABLE outbox (
    position bigint GENERATED BY DEFAULT AS IDENTITY,
    id uuid NOT NULL,
    kind text NOT NULL,
    type text NOT NULL,
    aggregate text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    sent_at timestamptz,
    CONSTRAINT pk_outbox PRIMARY KEY (position),
    CONSTRAINT uq_outbox_id UNIQUE (id)
);
CREATE INDEX ix_outbox_pending ON outbox (position) WHERE sent_at IS NULL;
CREATE INDEX ix_outbox_pending_aggregate ON outbox (aggregate, position) WHERE sent_at IS NULL;
CREATE INDEX ix_outbox_sent_at ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_inbox PRIMARY KEY (consumer, event_id)
);
CREATE INDEX ix_inbox_received_at ON inbox (received_at);
CREATE TABLE idempotency (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_idempotency PRIMARY KEY (scope, key)
);
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);
CREATE TABLE periodic_slots (
    job text NOT NULL,
    slot timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_periodic_slots PRIMARY KEY (job, slot)
);
CREATE TABLE dead_jobs (
    id uuid NOT NULL,
    job text NOT NULL,
    arguments jsonb NOT NULL,
    error text NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_dead_jobs PRIMARY KEY (id)
)
"""

AUDIT = """
CREATE TABLE audit (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    organisation_id uuid,
    actor text NOT NULL,
    actor_kind text NOT NULL DEFAULT 'person',
    actor_name text NOT NULL DEFAULT '',
    actor_organisation_id uuid,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL,
    request_id text,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);
CREATE INDEX ix_audit_organisation ON audit (organisation_id, id);
CREATE INDEX ix_audit_actor_organisation ON audit (actor_organisation_id, at, id);
CREATE INDEX ix_audit_services ON audit (at, id) WHERE actor_kind = 'service'
"""

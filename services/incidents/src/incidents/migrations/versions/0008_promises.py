"""What was promised for each incident, SQP's closures, and the terms that promises are made by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import migrate

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closures")),
    )
    op.create_table(
        "promise_terms",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cutoff", sa.Time(), nullable=False),
        sa.Column("clock_start", sa.Text(), nullable=False),
        sa.Column("closures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_promise_terms")),
    )
    migrate.append_only("promise_terms")
    op.create_table(
        "promises",
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("clock_start", sa.Text(), nullable=False),
        sa.Column("base_day", sa.Date(), nullable=False),
        sa.Column("first_dispatch_on", sa.Date(), nullable=False),
        sa.Column("dispatch_on", sa.Date(), nullable=False),
        sa.Column("cutoff", sa.Time(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("calendar_version", sa.Text(), nullable=False),
        sa.Column("paused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("fulfilled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("missed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_number"], ["incidents.number"], name=op.f("fk_promises_incident_number")),
        sa.PrimaryKeyConstraint("incident_number", name=op.f("pk_promises")),
    )
    op.create_index(
        "ix_promises_due",
        "promises",
        ["dispatch_on"],
        unique=False,
        postgresql_where=sa.text("fulfilled_at IS NULL AND paused_at IS NULL AND missed_at IS NULL"),
    )

"""Incidents are merged, and parted again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("merged_into", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_incidents_merged_into"), "incidents", "incidents", ["merged_into"], ["number"])
    op.create_index(
        "ix_incidents_merged_into", "incidents", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL")
    )
    op.create_table(
        "incident_merges",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("source_number", sa.Text(), nullable=False),
        sa.Column("target_number", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("source_status", sa.Text(), nullable=False),
        sa.Column("source_reason", sa.Text(), nullable=True),
        sa.Column("target_status", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("action_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_by_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_number"], ["incidents.number"], name=op.f("fk_incident_merges_source_number")),
        sa.ForeignKeyConstraint(["target_number"], ["incidents.number"], name=op.f("fk_incident_merges_target_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_merges")),
    )
    op.create_index(op.f("ix_incident_merges_source_number"), "incident_merges", ["source_number"])
    op.create_index(op.f("ix_incident_merges_target_number"), "incident_merges", ["target_number"])
    op.create_index(
        "uq_incident_merges_source_number",
        "incident_merges",
        ["source_number"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )

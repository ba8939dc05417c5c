"""Incidents that SQP's people linked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_links",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("from_number", sa.Text(), nullable=False),
        sa.Column("to_number", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["from_number"], ["incidents.number"], name=op.f("fk_incident_links_from_number")),
        sa.ForeignKeyConstraint(["to_number"], ["incidents.number"], name=op.f("fk_incident_links_to_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_links")),
    )
    op.create_index(op.f("ix_incident_links_from_number"), "incident_links", ["from_number"])
    op.create_index(op.f("ix_incident_links_to_number"), "incident_links", ["to_number"])

"""Who reads what is written to an organisation; a count of every fact beside the one that all parties read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index(op.f("ix_users_organisation_id"), "users", ["organisation_id"], unique=False)
    op.add_column(
        "organisations", sa.Column("portal_access", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    # What was learned without its access is learned again from identity's next word (``identity republish``).
    op.execute("UPDATE organisations SET version = version - 1")
    op.add_column("incidents", sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.execute("UPDATE incidents SET revision = version")
    op.create_index(
        "ix_incidents_articles",
        "incidents",
        ["articles"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"articles": "jsonb_path_ops"},
    )
    op.create_index("ix_messages_said", "messages", ["incident_number", "thread", "at", "id"], unique=False)

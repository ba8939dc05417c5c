"""What a person keeps of a list: views under a name, and hidden columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_list_views_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_views")),
        sa.UniqueConstraint(
            "owner_id", "list_name", "name_key", name=op.f("uq_list_views_owner_id_list_name_name_key")
        ),
    )
    op.create_table(
        "hidden_columns",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hidden_columns_user_id")),
        sa.PrimaryKeyConstraint("user_id", "list_name", name=op.f("pk_hidden_columns")),
    )

"""SQP's notes: whom they mention, and SQP's people by log-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages",
        sa.Column("mentioned_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.add_column("users", sa.Column("login", sa.Text(), nullable=True))
    op.create_index(op.f("ix_users_login"), "users", ["login"], unique=False)
    # What was learned without log-in is learned again from identity's next word (``identity republish``).
    op.execute("UPDATE users SET version = version - 1")

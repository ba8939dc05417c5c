"""The log of reminders says which are about the last day of ordering."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminders", sa.Column("kind", sa.Text(), server_default=sa.text("'end'"), nullable=False))

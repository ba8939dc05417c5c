"""Since when a replacement was chosen for its exchange."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("replacements", sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=True))

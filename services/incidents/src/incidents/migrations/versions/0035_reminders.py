"""When SQP last reminded the side whose answer is awaited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_items", sa.Column("reminded_at", sa.DateTime(timezone=True)))

"""Since when a replacement is its line's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE exchanges SET reserved_at = coalesce(
            (SELECT max(recorded_at) FROM exchange_facts
             WHERE exchange_id = exchanges.id AND step = 'reserved'), requested_at)
        WHERE replacement_serial_number IS NOT NULL
        """
    )

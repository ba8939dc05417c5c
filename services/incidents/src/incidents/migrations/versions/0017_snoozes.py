"""Incidents that a person of SQP has put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_items", sa.Column("snoozed_at", sa.DateTime(timezone=True)))
    op.add_column("desk_items", sa.Column("snoozed_until", sa.DateTime(timezone=True)))
    op.add_column("desk_acts", sa.Column("until", sa.Date()))

"""What a canned answer does beside writing, where it is a macro."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = ("step", "exchange_type", "to_status", "to_reason", "note_fr", "note_en")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("canned_answers", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))

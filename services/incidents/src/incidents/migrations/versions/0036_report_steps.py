"""Which step a report of the back office was of. Those of before keep none, and are never forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office_reports", sa.Column("step", sa.Text(), server_default="", nullable=False))

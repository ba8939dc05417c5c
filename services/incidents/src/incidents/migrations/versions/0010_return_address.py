"""Where returns go: SQP's address on the slip of a return."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exchange_terms", sa.Column("return_address", sa.Text(), server_default="", nullable=False))

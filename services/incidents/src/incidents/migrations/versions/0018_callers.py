"""Who telephoned, where SQP declared an incident for a reseller or a client."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("caller_id", sa.Uuid(), nullable=True))
    op.add_column("incidents", sa.Column("caller_name", sa.Text(), nullable=True))

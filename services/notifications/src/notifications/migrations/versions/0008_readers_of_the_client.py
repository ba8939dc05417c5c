"""Who of the client's organisation reads an incident. What there was stays shared with all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("readers", sa.ARRAY(sa.Uuid()), nullable=True))

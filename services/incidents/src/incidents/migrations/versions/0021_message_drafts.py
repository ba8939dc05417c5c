"""Drafts of messages beside those of declarations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("incident_number", "thread"):
        op.add_column("incident_drafts", sa.Column(name, sa.Text(), nullable=True))

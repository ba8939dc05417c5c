"""Incidents find those that were declared to follow them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_incidents_linked_to", "incidents", ["linked_to"], postgresql_where=sa.text("linked_to IS NOT NULL")
    )

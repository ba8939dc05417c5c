"""When SQP first answered; the indexes that figures are counted from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# As incidents/figures/repository.py does for what the previous release writes meanwhile.
FILL = """
    UPDATE desk_items AS item SET answered_at = words.first FROM (
        SELECT incident_number, min(at) AS first FROM (
            SELECT incident_number, at FROM messages WHERE thread = 'sqp' AND organisation_kind = 'sqp'
            UNION ALL SELECT incident_number, at FROM incident_history WHERE organisation_kind = 'sqp'
                AND (note <> '' OR to_status IN ('resolved', 'closed', 'rejected', 'cancelled'))
        ) AS said GROUP BY incident_number
    ) AS words WHERE words.incident_number = item.incident_number
"""


def upgrade() -> None:
    op.add_column("desk_items", sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.execute(FILL)
    op.create_index(
        "ix_desk_items_answers", "desk_items", ["declared_at"], postgresql_include=["answered_at", "status"]
    )
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["reseller_id", "declared_at"],
        postgresql_include=["status"],
        postgresql_where=sa.text("status IN ('new', 'in_diagnosis', 'pending', 'exchange')"),
    )
    op.create_index(
        "ix_promises_days", "promises", ["dispatch_on"], postgresql_include=["paused_at", "fulfilled_at", "missed_at"]
    )

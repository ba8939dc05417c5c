"""Until when a replacement is to come back, and which due date holds of what is awaited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RETURN = "decision = 'approved' AND return_state IN ('expected', 'label_sent', 'in_transit', 'lost')"
REPLACEMENT = "replacement_return IN ('expected', 'in_transit', 'lost')"
OPEN = "decision IN ('requested', 'approved')"
DUE_ON = f"CASE WHEN {RETURN} THEN return_due_on WHEN {REPLACEMENT} THEN replacement_due_on END"
INDEXES = (
    ("ix_exchanges_due", ["due_on", "id"], f"({RETURN}) OR {REPLACEMENT}"),
    ("ix_exchanges_due_of_reseller", ["reseller_id", "due_on"], f"({RETURN}) OR {REPLACEMENT}"),
    ("ix_exchanges_going", ["requested_at", "id"], f"{OPEN} OR {REPLACEMENT}"),
)

BEGIN_DAYS = """
    UPDATE exchanges SET replacement_due_on = current_date
        + COALESCE((SELECT return_days FROM exchange_terms ORDER BY revision DESC LIMIT 1), 15)
    WHERE replacement_return = 'expected' AND dispatch = 'delivered'
"""


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("replacement_due_on", sa.Date(), nullable=True))
    op.add_column("exchanges", sa.Column("replacement_outcome", sa.Text(), nullable=True))
    op.add_column("exchanges", sa.Column("replacement_extensions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("exchanges", sa.Column("due_on", sa.Date(), sa.Computed(DUE_ON, persisted=True), nullable=True))
    for name, columns, where in INDEXES:
        op.drop_index(name, table_name="exchanges")
        op.create_index(name, "exchanges", columns, postgresql_where=sa.text(where))
    # What was to come back before had no day: it has the days of the present settings from now on.
    op.execute(BEGIN_DAYS)
    op.add_column(
        "return_reminders",
        sa.Column("of_replacement", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.drop_constraint("pk_return_reminders", "return_reminders")
    op.create_primary_key(
        "pk_return_reminders", "return_reminders", ["exchange_id", "of_replacement", "due_on", "threshold"]
    )

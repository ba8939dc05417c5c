"""What got lost on its way back, or was another product, waits for SQP's decision; a reversed line exchanges nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

APPROVED = "decision = 'approved'"
AWAITED = "return_state IN ('expected', 'in_transit', 'label_sent', 'lost')"
RETURN = f"{APPROVED} AND {AWAITED}"
REPLACEMENT = "replacement_return IN ('expected', 'in_transit', 'lost')"
LATE_AFTER = f"""
    CASE WHEN {APPROVED} AND return_state IN ('expected', 'label_sent') AND disk <> 'kept' THEN return_due_on
         WHEN NOT ({RETURN}) AND replacement_return = 'expected' THEN replacement_due_on END
"""
LEFT = (
    "type IN ('advance_exchange', 'no_return', 'part_only', 'repair', 'standard_exchange')"
    " AND dispatch IN ('failed', 'none', 'prepared') AND cover <> 'returned'"
)
AFTER_RECEIPT = "type IN ('repair', 'standard_exchange')"
OTHER = "return_state = 'inspected' AND outcome = 'mismatch' AND cover <> 'returned'"
STAGE = f"""
    CASE WHEN decision = 'requested' OR ({RETURN}) AND NOT (disk <> 'kept' AND return_state <> 'lost')
              OR replacement_return = 'lost' OR {APPROVED} AND {AFTER_RECEIPT} AND {OTHER} THEN 'to_decide'
         WHEN {APPROVED} AND return_state = 'received' THEN 'to_inspect'
         WHEN {APPROVED} AND {LEFT} AND NOT ({AFTER_RECEIPT} AND ({AWAITED} OR {OTHER})) THEN 'to_ship'
         WHEN {APPROVED} AND dispatch = 'shipped' AND cover <> 'returned' THEN 'shipped'
         WHEN ({RETURN}) OR {REPLACEMENT} THEN 'awaited'
         WHEN {APPROVED} THEN 'to_close' ELSE 'done' END
"""


def upgrade() -> None:
    op.drop_index("ix_exchanges_stage", "exchanges")
    op.drop_column("exchanges", "late_after")
    op.drop_column("exchanges", "undated_stage")
    op.add_column("exchanges", sa.Column("late_after", sa.Date(), sa.Computed(LATE_AFTER, persisted=True)))
    op.add_column(
        "exchanges", sa.Column("undated_stage", sa.Text(), sa.Computed(STAGE, persisted=True), nullable=False)
    )
    op.create_index(
        "ix_exchanges_stage", "exchanges", ["undated_stage", "late_after"], postgresql_include=["reseller_id"]
    )
    op.drop_index("uq_exchanges_open", "exchanges")
    is_exchanged = sa.text("decision IN ('approved', 'requested') AND cover <> 'returned'")
    op.create_index("uq_exchanges_open", "exchanges", ["serial_code"], unique=True, postgresql_where=is_exchanged)

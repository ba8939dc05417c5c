"""Of an exchange line: what follows if its return is late, as it was at its approval; a disk that its holder keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What SQP's settings said when the line was approved; before their first change, the default.
KEEP = """
    UPDATE exchanges SET consequence = terms.overdue
    FROM exchange_facts AS approved, exchange_terms AS terms
    WHERE approved.exchange_id = exchanges.id AND approved.step = 'approved'
        AND terms.revision = (SELECT max(revision) FROM exchange_terms WHERE at <= approved.recorded_at)
        AND terms.overdue <> 'warn'
"""


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("consequence", sa.Text(), server_default="warn", nullable=False))
    op.add_column("exchanges", sa.Column("disk", sa.Text(), server_default="none", nullable=False))
    op.execute(KEEP)

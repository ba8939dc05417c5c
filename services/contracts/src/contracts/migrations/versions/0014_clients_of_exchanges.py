"""An exchange keeps whose its incident is: that client's number is not told to one that gets the contract later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Who has each contract now; incidents tell no step of what is over again.
BACKFILL = """
UPDATE replacements SET client_id = contracts.client_id FROM contracts WHERE contracts.number = contract_number
"""


def upgrade() -> None:
    op.add_column("replacements", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.execute(BACKFILL)

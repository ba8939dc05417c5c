"""The newest texts in the order in which pages are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF = {"newest": ["part"], "of_client": ["client_id", "part"], "of_reseller": ["reseller_id", "part"]}


def upgrade() -> None:
    for name, columns in OF.items():
        op.drop_index(f"ix_search_texts_{name}", "search_texts")
        newest_first = [sa.text("at DESC NULLS LAST"), sa.text("id DESC")]
        op.create_index(f"ix_search_texts_{name}", "search_texts", [*columns, *newest_first])

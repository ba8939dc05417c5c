"""An incident is found by the day on which it was declared, which the list shows."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As web.text.folding.searchable writes a date.
    op.execute(
        "UPDATE incidents SET search_text = search_text"
        " || to_char(declared_at AT TIME ZONE 'Europe/Paris', ' DDMMYYYY DDMMYY YYYYMMDD')"
    )

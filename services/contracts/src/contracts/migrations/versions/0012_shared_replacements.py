"""An exchange counts on every contract of its client that covers the unit."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("pk_replacements"), "replacements", type_="primary")
    op.create_primary_key(op.f("pk_replacements"), "replacements", ["exchange_id", "contract_number"])

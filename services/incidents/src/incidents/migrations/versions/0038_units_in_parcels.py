"""A parcel is found by the unit in it."""

from __future__ import annotations

from alembic import op

from web.text.codes import SERIAL_SQL

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"CREATE INDEX ix_shipment_lines_unit ON shipment_lines (({SERIAL_SQL.format(column='unit')}))")

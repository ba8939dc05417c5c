"""Which unit a parcel to the holder has in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shipment_lines", sa.Column("unit", sa.Text(), nullable=True))
    op.execute(
        """
        UPDATE shipment_lines
        SET unit = CASE WHEN exchanges.type = 'repair' THEN serial_number ELSE replacement_serial_number END
        FROM exchanges, shipments
        WHERE exchanges.id = exchange_id AND shipments.id = shipment_id AND direction = 'outbound'
          AND state IN ('prepared', 'shipped', 'delivered')
        """
    )

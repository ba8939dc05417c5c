"""What the back office has said of lines and parcels, and when a parcel was on its way after all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_reports",
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("of_replacement", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name=op.f("fk_office_reports_exchange_id")),
        sa.PrimaryKeyConstraint("exchange_id", "digest", name=op.f("pk_office_reports")),
    )
    op.add_column("shipments", sa.Column("sent_again_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shipments", sa.Column("reports", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.alter_column("shipments", "reports", server_default=None)
    op.add_column("shipments", sa.Column("is_presumed", sa.Boolean(), server_default=sa.text("false"), nullable=False))

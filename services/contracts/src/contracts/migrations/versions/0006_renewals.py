"""Renewals; until when an extension may be ordered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "renewals",
        sa.Column("contract_number", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lost_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contract_number"], ["contracts.number"], name=op.f("fk_renewals_contract_number")),
        sa.PrimaryKeyConstraint("contract_number", "ends_on", name=op.f("pk_renewals")),
        sa.UniqueConstraint("order_id", name=op.f("uq_renewals_order_id")),
    )
    op.create_index(
        "ix_renewals_ordered",
        "renewals",
        ["reseller_id", "ends_on"],
        postgresql_where=sa.text("state = 'ordered'"),
    )
    op.add_column(
        "extension_offers",
        sa.Column("order_days_after_end", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )

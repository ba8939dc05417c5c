"""Exchanges of a contract's products; the serial number by which a contract is shown and sorted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from web.text.codes import SERIAL_SQL

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replacements",
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("contract_number", sa.Text(), nullable=False),
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        _code("serial_code", "serial_number", nullable=False),
        sa.Column("product_reference", sa.Text(), nullable=False),
        sa.Column("replacement_serial_number", sa.Text(), nullable=True),
        _code("replacement_code", "replacement_serial_number", nullable=True),
        sa.Column("replacement_reference", sa.Text(), nullable=True),
        sa.Column("cover", sa.Text(), nullable=False),
        sa.Column("dispatch", sa.Text(), nullable=False),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_replacements")),
    )
    for column in ("contract_number", "serial_code", "replacement_code"):
        op.create_index(op.f(f"ix_replacements_{column}"), "replacements", [column])
    op.add_column("contracts", sa.Column("current_serial", sa.Text(), nullable=True))
    # Under its old name, by which the previous release sorts; its index goes with it.
    op.drop_column("contracts", "serial_key")
    shown = sa.Computed("fold(coalesce(current_serial, serial_number))", persisted=True)
    op.add_column("contracts", sa.Column("serial_key", sa.Text(), shown, nullable=False))
    op.create_index("ix_contracts_by_serial", "contracts", ["reseller_id", "serial_key", "number_key"])


def _code(name: str, of: str, *, nullable: bool) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), sa.Computed(SERIAL_SQL.format(column=of), persisted=True), nullable=nullable)

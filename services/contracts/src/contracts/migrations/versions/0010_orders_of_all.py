"""The orders of SQP's list, which is of all resellers."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ORDERS = (
    ("product", "product_key"),
    ("serial", "serial_key"),
    ("client_name", "client_key"),
    ("extensions", "extension_count"),
)


def upgrade() -> None:
    for name, column in ORDERS:
        op.create_index(f"ix_contracts_all_by_{name}", "contracts", [column, "number_key"])
    op.drop_index("ix_contracts_ends", table_name="contracts")
    op.create_index(
        "ix_contracts_ends", "contracts", ["warranty_ends_on", "number_key"], postgresql_include=["starts_on"]
    )

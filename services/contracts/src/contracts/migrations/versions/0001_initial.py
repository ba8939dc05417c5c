"""Contracts, articles, extensions, offers, products, organisations, reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.grant_to_app_role()
    migrate.create_chassis_tables()
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.create_table(
        "extension_offers",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("applies_to_product_reference", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Text(), nullable=False),
        sa.Column("shipping", sa.Text(), nullable=False),
        sa.Column("order_cutoff", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_extension_offers")),
    )
    op.create_index(
        op.f("ix_extension_offers_applies_to_product_reference"),
        "extension_offers",
        ["applies_to_product_reference"],
        unique=False,
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "products",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("designation", sa.Text(), nullable=False),
        sa.Column("specification_url", sa.Text(), nullable=False),
        sa.Column("picture_url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_products")),
    )
    op.create_table(
        "contracts",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), sa.Computed("lpad(number, 20, '0')", persisted=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("product_reference", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("client_name", sa.Text(), nullable=True),
        sa.Column("client_key", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("base_ends_on", sa.Date(), nullable=False),
        sa.Column("warranty_ends_on", sa.Date(), nullable=False),
        sa.Column("extension_count", sa.Integer(), nullable=False),
        sa.Column("service_level", sa.Text(), nullable=False),
        sa.Column("parties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "registered_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("warranty_ends_on >= starts_on", name=op.f("ck_contracts_cover_in_order")),
        sa.ForeignKeyConstraint(["client_id"], ["organisations.id"], name=op.f("fk_contracts_client_id")),
        sa.ForeignKeyConstraint(["reseller_id"], ["organisations.id"], name=op.f("fk_contracts_reseller_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_contracts")),
        sa.UniqueConstraint("number_key", name=op.f("uq_contracts_number_key")),
    )
    op.create_index("ix_contracts_by_client", "contracts", ["client_id", "number_key"], unique=False)
    op.create_index(
        "ix_contracts_by_client_name", "contracts", ["reseller_id", "client_key", "number_key"], unique=False
    )
    op.create_index("ix_contracts_by_end", "contracts", ["reseller_id", "warranty_ends_on", "number_key"], unique=False)
    op.create_index(
        "ix_contracts_by_extensions", "contracts", ["reseller_id", "extension_count", "number_key"], unique=False
    )
    op.create_index("ix_contracts_by_number", "contracts", ["reseller_id", "number_key"], unique=False)
    op.create_index(
        "ix_contracts_by_product", "contracts", ["reseller_id", "product_reference", "number_key"], unique=False
    )
    op.create_index("ix_contracts_by_serial", "contracts", ["reseller_id", "serial_number", "number_key"], unique=False)
    op.create_index("ix_contracts_ends", "contracts", ["warranty_ends_on"], unique=False)
    op.create_index(
        "ix_contracts_search",
        "contracts",
        ["reseller_id", "search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index("ix_contracts_serial", "contracts", [sa.literal_column("upper(serial_number)")], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_number", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("designation", sa.Text(), nullable=False),
        sa.Column("product_reference", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("specification_url", sa.Text(), nullable=False),
        sa.Column("picture_url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contract_number"], ["contracts.number"], name=op.f("fk_articles_contract_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    op.create_index(op.f("ix_articles_contract_number"), "articles", ["contract_number"], unique=False)
    op.create_index("ix_articles_serial", "articles", [sa.literal_column("upper(serial_number)")], unique=False)
    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("ordered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_number"], ["contracts.number"], name=op.f("fk_extensions_contract_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sa.UniqueConstraint("order_id", name=op.f("uq_extensions_order_id")),
    )
    op.create_index(op.f("ix_extensions_contract_number"), "extensions", ["contract_number"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("contract_number", sa.Text(), nullable=False),
        sa.Column("warranty_ends_on", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("computed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["contract_number"], ["contracts.number"], name=op.f("fk_reminders_contract_number")),
        sa.PrimaryKeyConstraint("contract_number", "warranty_ends_on", "threshold", name=op.f("pk_reminders")),
    )

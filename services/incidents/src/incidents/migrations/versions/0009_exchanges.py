"""Exchange lines, parcels, their facts, statements about data, SQP's settings; serial codes of covered products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import migrate

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_terms",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("by_service_level", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("presumed_delivered_days", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_exchange_terms")),
    )
    migrate.append_only("exchange_terms")
    op.create_table(
        "data_statements",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("organisation_kind", sa.Text(), nullable=True),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_number"], ["incidents.number"], name=op.f("fk_data_statements_incident_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_statements")),
    )
    migrate.append_only("data_statements")
    op.create_index(op.f("ix_data_statements_incident_number"), "data_statements", ["incident_number"], unique=False)
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("origin_line", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("designation", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column(
            "serial_code",
            sa.Text(),
            sa.Computed("upper(regexp_replace(serial_number, '[^0-9A-Za-z]', '', 'g'))", persisted=True),
            nullable=False,
        ),
        sa.Column("product_reference", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("replacement_serial_number", sa.Text(), nullable=True),
        sa.Column(
            "replacement_code",
            sa.Text(),
            sa.Computed("upper(regexp_replace(replacement_serial_number, '[^0-9A-Za-z]', '', 'g'))", persisted=True),
            nullable=True,
        ),
        sa.Column("replacement_reference", sa.Text(), nullable=True),
        sa.Column("replacement_condition", sa.Text(), nullable=True),
        sa.Column("replacement_reason", sa.Text(), nullable=False),
        sa.Column("stock_expected_on", sa.Date(), nullable=True),
        sa.Column("dispatch", sa.Text(), nullable=False),
        sa.Column("dispatched_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("promise_missed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cover", sa.Text(), nullable=False),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.Column("return_state", sa.Text(), nullable=False),
        sa.Column("return_due_on", sa.Date(), nullable=True),
        sa.Column("return_extensions", sa.Integer(), nullable=False),
        sa.Column("received_serial_number", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("invoice_reference", sa.Text(), nullable=False),
        sa.Column("certificate_file_id", sa.Uuid(), nullable=True),
        sa.Column("replacement_return", sa.Text(), nullable=False),
        sa.Column("claim_state", sa.Text(), nullable=True),
        sa.Column("claim_number", sa.Text(), nullable=False),
        sa.Column("claim_due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["incident_number"], ["incidents.number"], name=op.f("fk_exchanges_incident_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
        sa.UniqueConstraint("incident_number", "line", name=op.f("uq_exchanges_incident_number_line")),
    )
    op.create_index(
        "ix_exchanges_due",
        "exchanges",
        ["return_due_on", "id"],
        unique=False,
        postgresql_where=sa.text(
            "decision = 'approved' AND return_state IN ('expected', 'label_sent', 'in_transit', 'lost')"
        ),
    )
    op.create_index(
        "ix_exchanges_due_of_reseller",
        "exchanges",
        ["reseller_id", "return_due_on"],
        unique=False,
        postgresql_where=sa.text(
            "decision = 'approved' AND return_state IN ('expected', 'label_sent', 'in_transit', 'lost')"
        ),
    )
    op.create_index(
        "ix_exchanges_going",
        "exchanges",
        ["requested_at", "id"],
        unique=False,
        postgresql_where=sa.text("decision IN ('requested', 'approved')"),
    )
    op.create_index("ix_exchanges_replacement", "exchanges", ["replacement_code"], unique=False)
    op.create_index("ix_exchanges_requested", "exchanges", ["requested_at", "id"], unique=False)
    op.create_index("ix_exchanges_serial", "exchanges", ["serial_code"], unique=False)
    op.create_index(
        "uq_exchanges_open",
        "exchanges",
        ["serial_code"],
        unique=True,
        postgresql_where=sa.text("decision IN ('requested', 'approved')"),
    )
    op.create_index(
        "uq_exchanges_reserved",
        "exchanges",
        ["replacement_code"],
        unique=True,
        postgresql_where=sa.text("decision IN ('requested', 'approved') AND replacement_serial_number IS NOT NULL"),
    )
    op.create_table(
        "shipments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prepared_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("shipped_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_number"], ["incidents.number"], name=op.f("fk_shipments_incident_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
    )
    op.create_index(op.f("ix_shipments_incident_number"), "shipments", ["incident_number"], unique=False)
    op.create_index(
        "ix_shipments_number",
        "shipments",
        ["tracking_number"],
        unique=False,
        postgresql_where=sa.text("tracking_number <> ''"),
    )
    op.create_index(
        "ix_shipments_under_way",
        "shipments",
        ["shipped_at"],
        unique=False,
        postgresql_where=sa.text("state = 'shipped'"),
    )
    op.create_table(
        "answer_links",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name=op.f("fk_answer_links_exchange_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_answer_links")),
    )
    op.create_index(op.f("ix_answer_links_exchange_id"), "answer_links", ["exchange_id"], unique=False)
    op.create_table(
        "exchange_facts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("sqp_only", sa.Boolean(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("organisation_kind", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name=op.f("fk_exchange_facts_exchange_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_facts")),
    )
    migrate.append_only("exchange_facts")
    op.create_index(op.f("ix_exchange_facts_exchange_id"), "exchange_facts", ["exchange_id"], unique=False)
    op.create_table(
        "return_reminders",
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name=op.f("fk_return_reminders_exchange_id")),
        sa.PrimaryKeyConstraint("exchange_id", "due_on", "threshold", name=op.f("pk_return_reminders")),
    )
    op.create_table(
        "shipment_lines",
        sa.Column("shipment_id", sa.Uuid(), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name=op.f("fk_shipment_lines_exchange_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_shipment_lines_shipment_id")),
        sa.PrimaryKeyConstraint("shipment_id", "exchange_id", name=op.f("pk_shipment_lines")),
    )
    op.create_index(op.f("ix_shipment_lines_exchange_id"), "shipment_lines", ["exchange_id"], unique=False)
    op.add_column(
        "covers", sa.Column("serial_codes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    # The codes of what the previous release registers meanwhile are filled by the next event of that contract.
    op.execute("""
        UPDATE covers SET serial_codes = CASE WHEN articles = '[]'::jsonb
            THEN ARRAY[upper(regexp_replace(serial_number, '[^0-9A-Za-z]', '', 'g'))]
            ELSE ARRAY(SELECT upper(regexp_replace(article ->> 'serial_number', '[^0-9A-Za-z]', '', 'g'))
                       FROM jsonb_array_elements(articles) AS article) END
    """)
    op.create_index("ix_covers_serial_codes", "covers", ["serial_codes"], unique=False, postgresql_using="gin")

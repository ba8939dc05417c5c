"""Whom a reminder was told: the log, and the lines of the e-mail of a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminders_told",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_number", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders_told")),
    )
    op.create_index(op.f("ix_reminders_told_contract_number"), "reminders_told", ["contract_number"])
    op.create_index(op.f("ix_reminders_told_email_id"), "reminders_told", ["email_id"])
    op.create_index(op.f("ix_reminders_told_created_at"), "reminders_told", ["created_at"])
    op.create_index(
        "ix_emails_reminders", "emails", ["user_id"], postgresql_where=sa.text("kind = 'contract_expiring'")
    )

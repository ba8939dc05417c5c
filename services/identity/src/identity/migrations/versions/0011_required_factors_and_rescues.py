"""Organisations that ask their people for a second factor, and rescues of sole administrators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PURPOSE = "ck_link_tokens_purpose"
PURPOSES = "'reseller_account', 'invitation', 'client_sign_up', 'password_reset', 'email_change', 'email_objection'"


def upgrade() -> None:
    op.create_table(
        "rescues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'refused')", name=op.f("ck_rescues_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_rescues_asked_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_rescues_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescues")),
    )
    op.create_index(op.f("ix_rescues_expires_at"), "rescues", ["expires_at"], unique=False)
    op.create_index(op.f("ix_rescues_user_id"), "rescues", ["user_id"], unique=False)
    op.add_column(
        "organisations",
        sa.Column("second_factor_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.drop_constraint(op.f(PURPOSE), "link_tokens", type_="check")
    op.create_check_constraint(op.f(PURPOSE), "link_tokens", f"purpose IN ({PURPOSES}, 'rescue')")

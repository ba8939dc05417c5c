"""Service accounts that can be disabled, counters that say when they end, devices by cookie, addresses to confirm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
PURPOSE = "ck_link_tokens_purpose"
PURPOSES = "'reseller_account', 'invitation', 'client_sign_up', 'password_reset', 'email_change'"


def upgrade() -> None:
    op.add_column("service_accounts", sa.Column("disabled_at", MOMENT, nullable=True))
    op.add_column("throttle_counters", sa.Column("expires_at", MOMENT, server_default=sa.text("now()"), nullable=False))
    op.create_index(op.f("ix_throttle_counters_expires_at"), "throttle_counters", ["expires_at"], unique=False)
    # The previous release fills it; this one does not.
    op.alter_column("throttle_counters", "started_at", server_default=sa.text("now()"))
    # A device was the digest of its user agent, which a thief can copy; from now on it is that of a cookie. Each
    # person's first log-in afterwards is the first of its kind, of which no message is sent.
    op.execute("DELETE FROM devices")
    op.create_index(op.f("ix_devices_digest"), "devices", ["digest"], unique=False)
    op.create_index(op.f("ix_devices_seen_at"), "devices", ["seen_at"], unique=False)
    op.add_column("users", sa.Column("pending_email", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("link_tokens", sa.Column("email", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.drop_constraint(op.f(PURPOSE), "link_tokens", type_="check")
    op.create_check_constraint(op.f(PURPOSE), "link_tokens", f"purpose IN ({PURPOSES})")

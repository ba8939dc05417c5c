"""When an e-mail is attempted next stands in its row. What an earlier release queued is due now, and its job sends it."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE emails ADD COLUMN next_attempt_at timestamptz NOT NULL DEFAULT now()")
    op.execute("DROP INDEX ix_emails_queued")
    op.execute("CREATE INDEX ix_emails_queued ON emails (next_attempt_at) WHERE state = 'queued'")

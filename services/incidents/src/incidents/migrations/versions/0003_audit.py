"""The audit trail."""

from __future__ import annotations

from chassis import migrate

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_audit()

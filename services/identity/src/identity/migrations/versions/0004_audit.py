"""The audit trail says who acted: kind, name and organisation. The previous release fills none of them."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE audit ADD COLUMN actor_kind text NOT NULL DEFAULT 'person'")
    op.execute("ALTER TABLE audit ADD COLUMN actor_name text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE audit ADD COLUMN actor_organisation_id uuid")
    op.execute("UPDATE audit SET actor_kind = 'platform' WHERE actor = 'platform'")
    op.execute("UPDATE audit SET actor_kind = 'service' WHERE actor <> 'platform' AND actor !~ '^[0-9a-f-]{36}$'")
    op.execute(
        "UPDATE audit SET actor_organisation_id = users.organisation_id, "
        "actor_name = trim(users.first_name || ' ' || users.last_name) FROM users WHERE users.id::text = audit.actor"
    )
    op.create_index("ix_audit_actor_organisation", "audit", ["actor_organisation_id", "at", "id"])
    op.execute("CREATE INDEX ix_audit_services ON audit (at, id) WHERE actor_kind = 'service'")

"""Notes, effects, switches."""

from __future__ import annotations

from alembic import op
from sample.models import Base

from chassis import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.grant_to_app_role()
    migrate.create_chassis_tables()
    migrate.create_audit()
    Base.metadata.create_all(op.get_bind())

"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

from chassis import migrate

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
% if down_revision is None:
    migrate.grant_to_app_role()
    migrate.create_chassis_tables()
% endif
    ${upgrades if upgrades else "pass"}

"""Telephone numbers are of one notation; what is no number stays as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from web.text.phones import normalised

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("users", "organisations", "addresses"):
        table = sa.table(name, sa.column("phone"))
        for (phone,) in connection.execute(sa.select(table.c.phone).where(table.c.phone != "").distinct()).all():
            if normalised(phone) != phone:
                connection.execute(sa.update(table).where(table.c.phone == phone).values(phone=normalised(phone)))

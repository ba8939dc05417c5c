"""Moments that no program can show become the registration's, and telephone numbers are of one notation."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from web.text.phones import normalised

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE extensions SET ordered_at = contracts.registered_at FROM contracts "
        "WHERE contracts.number = extensions.contract_number "
        "AND (extensions.ordered_at < '1990-01-01' OR extensions.ordered_at >= '2101-01-01')"
    )
    connection = op.get_bind()
    for (phone,) in connection.execute(sa.text("SELECT DISTINCT phone FROM organisations WHERE phone <> ''")).all():
        if normalised(phone) != phone:
            change = sa.text("UPDATE organisations SET phone = :new WHERE phone = :old")
            connection.execute(change, {"new": normalised(phone), "old": phone})
    # The distinct parties, as most contracts name the same few.
    for (written,) in connection.execute(sa.text("SELECT DISTINCT parties::text FROM contracts")).all():
        parties = json.loads(written)
        for party in filter(None, parties.values()):
            for holder in filter(None, (party, party.get("address"))):
                holder["phone"] = normalised(holder["phone"])
        if parties != json.loads(written):
            change = sa.text("UPDATE contracts SET parties = CAST(:new AS jsonb) WHERE parties::text = :old")
            connection.execute(change, {"new": json.dumps(parties), "old": written})

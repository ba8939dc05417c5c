"""What of a contract is left to renew: what was paid back, and what goes on under another contract."""

from __future__ import annotations

from json import dumps
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Those of contracts that may have something paid back, or another contract that goes on.
UNITS = """
SELECT code FROM (
    SELECT reseller_id, client_id, serial_code AS code, number FROM contracts
    UNION SELECT reseller_id, client_id, articles.serial_code, number
    FROM contracts JOIN articles ON contract_number = number
) AS held
WHERE client_id IS NOT NULL GROUP BY reseller_id, client_id, code HAVING count(*) > 1
UNION SELECT serial_code FROM replacements WHERE cover IN ('replaced', 'credited')
"""
# The release before this one knows no such job: it waits until that one is gone.
ENQUEUE = """
INSERT INTO outbox (id, kind, type, aggregate, payload, due_at)
VALUES (:id, 'job', 'contracts.settle', 'job:' || CAST(:id AS text), CAST(:payload AS jsonb), now() + interval '1 hour')
"""
AT_ONCE = 200


def upgrade() -> None:
    empty = sa.text("'{}'")
    op.add_column("contracts", sa.Column("followers", postgresql.JSONB(), server_default=empty, nullable=False))
    op.add_column("contracts", sa.Column("credited_on", sa.Date(), nullable=True))
    op.add_column("contracts", sa.Column("followed_by", sa.Text(), nullable=True))
    texts = postgresql.ARRAY(sa.Text())
    op.add_column("contracts", sa.Column("settled_references", texts, server_default=empty, nullable=False))
    op.drop_index("ix_contracts_ends", "contracts")
    op.create_index(
        "ix_contracts_ends",
        "contracts",
        ["warranty_ends_on", "number_key"],
        postgresql_include=["starts_on", "credited_on"],
    )
    connection = op.get_bind()
    units = connection.execute(sa.text(UNITS)).scalars().all()
    parts = [units[start : start + AT_ONCE] for start in range(0, len(units), AT_ONCE)]
    jobs = [{"id": uuid4(), "payload": dumps({"arguments": {"units": list(part)}})} for part in parts]
    if jobs:
        connection.execute(sa.text(ENQUEUE), jobs)

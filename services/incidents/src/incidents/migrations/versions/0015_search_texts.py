"""Texts to search in, filled with what there is; incidents found by the serial numbers of their exchanges."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from web.text.folding import searchable
from web.text.prose import lexemes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
FILLED_AT_ONCE = 1000

ADD = """
    INSERT INTO search_texts (id, incident_number, reseller_id, client_id, part, scope, message_id, attachment_id, at,
        words)
    VALUES (:id, :number, :reseller_id, :client_id, :part, :scope, :message_id, :attachment_id, :at,
        array_to_tsvector(CAST(:lexemes AS text[]))
            || strip(to_tsvector('french', array_to_string(CAST(:lexemes AS text[]), ' '))))
"""
# Each with the key that it goes on from.
TEXTS = (
    """SELECT number, reseller_id, client_id, 'message' AS part, 'declaration' AS scope, NULL AS message_id,
        NULL AS attachment_id, declared_at AS at, description AS text, number AS key
    FROM incidents WHERE number > :after ORDER BY number""",
    """SELECT number, reseller_id, client_id, 'message' AS part, thread AS scope, messages.id AS message_id,
        NULL AS attachment_id, at, body AS text, position AS key
    FROM messages JOIN incidents ON number = incident_number WHERE position > :after ORDER BY position""",
    """SELECT number, reseller_id, client_id, 'file' AS part, scope, NULL AS message_id,
        attachments.id AS attachment_id, attached_at AS at, name AS text, attachments.id AS key
    FROM attachments JOIN incidents ON number = incident_number
    WHERE attachments.id > :after AND state = 'bound' AND name IS NOT NULL ORDER BY attachments.id""",
)
EXCHANGED = """
    SELECT number, search_text, serials.found FROM incidents
    JOIN (SELECT incident_number, array_agg(DISTINCT serial ORDER BY serial) AS found
        FROM exchanges, unnest(ARRAY[serial_number, replacement_serial_number, received_serial_number]) AS serial
        WHERE serial <> '' GROUP BY incident_number) AS serials ON serials.incident_number = number
"""


def upgrade() -> None:
    op.add_column(
        "incidents",
        sa.Column("exchange_serials", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.create_table(
        "search_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_search_texts_attachment_id")),
        sa.ForeignKeyConstraint(
            ["incident_number"], ["incidents.number"], name=op.f("fk_search_texts_incident_number")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_search_texts_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_texts")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_search_texts_attachment_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_search_texts_message_id")),
    )
    for query in TEXTS:
        _fill(query)
    for row in op.get_bind().execute(sa.text(EXCHANGED)).mappings().all():
        found = " ".join(dict.fromkeys([*row["search_text"].split(), *searchable(row["found"]).split()]))
        changed = {"number": row["number"], "found": row["found"], "search_text": found}
        statement = "UPDATE incidents SET exchange_serials = :found, search_text = :search_text WHERE number = :number"
        op.get_bind().execute(sa.text(statement), changed)
    op.create_index(op.f("ix_search_texts_incident_number"), "search_texts", ["incident_number"])
    op.create_index("ix_search_texts_newest", "search_texts", ["part", "at", "id"])
    op.create_index("ix_search_texts_of_client", "search_texts", ["client_id", "part", "at", "id"])
    op.create_index("ix_search_texts_of_reseller", "search_texts", ["reseller_id", "part", "at", "id"])
    op.create_index(
        "ix_search_texts_words",
        "search_texts",
        ["reseller_id", "client_id", "words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "uq_search_texts_declaration",
        "search_texts",
        ["incident_number"],
        unique=True,
        postgresql_where=sa.text("message_id IS NULL AND attachment_id IS NULL"),
    )


def _fill(query: str) -> None:
    connection = op.get_bind()
    after: Any = "" if "ORDER BY number" in query else 0
    while True:
        limited = f"{query} LIMIT {FILLED_AT_ONCE}"
        rows = connection.execute(sa.text(limited), {"after": after}).mappings().all()
        if not rows:
            return
        texts = [{**row, "id": uuid4(), "lexemes": lexemes(row["text"])} for row in rows]
        connection.execute(sa.text(ADD), texts)
        after = rows[-1]["key"]

"""The desk's queue, filled with what there is; who gave what to whom; names and roles of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import migrate

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)

# What is open stands in the queue at once, by its state and its unanswered messages. Of these rows the revision is left
# at 0, so that the job ``incidents.catch_up_desk`` gives each its action by the rule (incidents/desk/rule.py) within
# minutes; as it does with what the previous release changes meanwhile.
FILL = """
    INSERT INTO desk_items (incident_number, number_key, reseller_id, service_level, declared_at, status, revision,
        action, action_at, waiting_key, promised_on, unanswered_since, spoken_at, moved_at, last_message_at, last_message_kind)
    SELECT i.number, i.number_key, i.reseller_id, i.service_level, i.declared_at, i.status,
        CASE WHEN open.is_open OR exchanged.is_open OR said.unanswered_since IS NOT NULL THEN 0 ELSE i.revision END,
        CASE WHEN said.unanswered_since IS NOT NULL THEN 'answer'
             WHEN i.status = 'new' THEN 'start'
             WHEN i.status = 'in_diagnosis' THEN 'diagnose'
             WHEN i.status = 'pending' AND i.pending_reason IN ('waiting_reseller', 'waiting_client') THEN 'remind'
             WHEN open.is_open THEN 'check' END,
        CASE WHEN said.unanswered_since IS NOT NULL THEN said.unanswered_since
             WHEN i.status = 'new' THEN i.declared_at
             WHEN i.status = 'in_diagnosis' THEN moved.at
             WHEN open.is_open THEN moved.at + interval '5 days' END,
        CASE WHEN said.unanswered_since IS NOT NULL
                 THEN 10000000000000000 + (extract(epoch FROM said.unanswered_since) * 1000000)::bigint
             WHEN i.status = 'new' THEN 20000000000000000 + (extract(epoch FROM i.declared_at) * 1000000)::bigint
             WHEN open.is_open THEN 30000000000000000 + (extract(epoch FROM moved.at) * 1000000)::bigint END,
        promise.dispatch_on, said.unanswered_since, spoken.at, moved.at, said.at, said.kind
    FROM incidents AS i
    CROSS JOIN LATERAL (SELECT i.status IN ('new', 'in_diagnosis', 'pending', 'exchange') AS is_open) AS open
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM exchanges WHERE incident_number = i.number
        AND decision IN ('requested', 'approved')) AS is_open) AS exchanged
    CROSS JOIN LATERAL (SELECT coalesce(max(at), i.declared_at) AS at FROM incident_history
        WHERE incident_number = i.number) AS moved
    CROSS JOIN LATERAL (SELECT greatest(
        (SELECT max(at) FROM messages WHERE incident_number = i.number AND thread = 'sqp'
            AND organisation_kind = 'sqp'),
        (SELECT max(at) FROM incident_history WHERE incident_number = i.number AND organisation_kind = 'sqp'
            AND (note <> '' OR to_status IN ('resolved', 'closed', 'rejected', 'cancelled')))) AS at) AS spoken
    CROSS JOIN LATERAL (SELECT max(at) AS at, (array_agg(organisation_kind ORDER BY at DESC))[1] AS kind,
        min(at) FILTER (WHERE organisation_kind IN ('reseller', 'client')
            AND (spoken.at IS NULL OR messages.at > spoken.at)
            AND i.status NOT IN ('closed', 'cancelled')) AS unanswered_since
        FROM messages WHERE incident_number = i.number AND thread = 'sqp') AS said
    LEFT JOIN promises AS promise ON promise.incident_number = i.number AND promise.fulfilled_at IS NULL
        AND promise.paused_at IS NULL
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("users", sa.Column("role", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "desk_items",
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("service_level", sa.Text(), nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("action_at", MOMENT, nullable=True),
        sa.Column("waiting_key", sa.BigInteger(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("unanswered_since", MOMENT, nullable=True),
        sa.Column("spoken_at", MOMENT, nullable=True),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("last_message_at", MOMENT, nullable=True),
        sa.Column("last_message_kind", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("changes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_name", sa.Text(), nullable=True),
        sa.Column("assigned_at", MOMENT, nullable=True),
        sa.Column("given_changes", sa.Integer(), nullable=True),
        sa.Column("given_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["incident_number"], ["incidents.number"], name=op.f("fk_desk_items_incident_number")),
        sa.PrimaryKeyConstraint("incident_number", name=op.f("pk_desk_items")),
    )
    op.create_table(
        "desk_acts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_number"], ["incidents.number"], name=op.f("fk_desk_acts_incident_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_acts")),
    )
    migrate.append_only("desk_acts")
    op.create_index(op.f("ix_desk_acts_incident_number"), "desk_acts", ["incident_number"], unique=False)
    op.create_index(
        "ix_desk_acts_skipped",
        "desk_acts",
        ["by_id", "incident_number", "changes"],
        unique=False,
        postgresql_where=sa.text("act = 'skip'"),
    )
    op.execute(FILL)
    op.create_index(
        "ix_desk_items_action_at",
        "desk_items",
        ["action_at"],
        unique=False,
        postgresql_include=["incident_number", "number_key", "waiting_key", "promised_on", "assignee_id"],
        postgresql_where=sa.text("action_at IS NOT NULL"),
    )
    op.create_index(
        "ix_desk_items_assignee",
        "desk_items",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )

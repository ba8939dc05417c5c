"""Files, the incidents that they belong to, and what was taken off them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.grant_to_app_role()
    migrate.create_chassis_tables()
    op.create_table(
        "detachments",
        sa.Column("incident_number", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("incident_number", "file_id", name=op.f("pk_detachments")),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=True),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("upload_key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("media_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("scan", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("scanned_by", sa.Text(), nullable=True),
        sa.Column("scan_asked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("incident_number", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("scan IN ('pending', 'clean', 'infected')", name=op.f("ck_files_scan")),
        sa.CheckConstraint("stage IN ('uploading', 'stored', 'erased')", name=op.f("ck_files_stage")),
        sa.CheckConstraint("(incident_number IS NULL) = (scope IS NULL)", name=op.f("ck_files_bound_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("object_key", name=op.f("uq_files_object_key")),
    )
    op.create_index("ix_files_incident_number", "files", ["incident_number"], unique=False)
    op.create_index(
        "ix_files_left", "files", ["created_at"], unique=False, postgresql_where=sa.text("incident_number IS NULL")
    )
    op.create_index(
        "ix_files_pending",
        "files",
        ["scan_asked_at"],
        unique=False,
        postgresql_where=sa.text("stage = 'stored' AND scan = 'pending'"),
    )
    op.create_index(
        "ix_files_unbound",
        "files",
        ["uploader_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("incident_number IS NULL"),
    )
    op.create_index(
        "uq_files_upload_key", "files", ["upload_key"], unique=True, postgresql_where=sa.text("stage = 'uploading'")
    )
    op.create_table(
        "incidents",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_incidents")),
    )

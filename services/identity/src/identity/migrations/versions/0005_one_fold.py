"""One fold for search and order; contract numbers, serial numbers and codes by what they have in common."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import RowMapping

from chassis import migrate
from web.text import codes
from web.text.folding import searchable

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDRESSES = "SELECT id, label, street, complement, postal_code, city, email, phone FROM addresses"
ADDRESS = ("label", "street", "complement", "postal_code", "city", "email")


def upgrade() -> None:
    migrate.define_fold()
    op.add_column(
        "organisations", sa.Column("name_key", sa.Text(), sa.Computed("fold(name)", persisted=True), nullable=False)
    )
    op.create_index("ix_organisations_code", "organisations", ["kind", sa.literal_column("upper(code)")])
    op.add_column("addresses", sa.Column("search_text", sa.Text(), server_default=sa.text("''"), nullable=False))
    number_code = sa.Computed(codes.NUMBER_SQL.format(column="number"), persisted=True)
    op.add_column("known_contracts", sa.Column("number_code", sa.Text(), number_code, nullable=False))
    op.create_index(op.f("ix_known_contracts_number_code"), "known_contracts", ["number_code"])
    migrate.refill("organisations", "id", "SELECT id, name, code, email, phone FROM organisations", _organisation)
    migrate.refill("users", "id", "SELECT id, login, first_name, last_name, email, phone FROM users", _user)
    migrate.refill("addresses", "id", ADDRESSES, _address)


def _organisation(row: RowMapping) -> dict[str, Any]:
    return {"search_text": searchable([row["name"], row["code"], row["email"]], phones=[row["phone"]])}


def _user(row: RowMapping) -> dict[str, Any]:
    own = [row[name] for name in ("login", "first_name", "last_name", "email")]
    return {"search_text": searchable(own, phones=[row["phone"]])}


def _address(row: RowMapping) -> dict[str, Any]:
    return {"search_text": searchable([row[name] for name in ADDRESS], phones=[row["phone"]])}

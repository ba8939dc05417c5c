"""People and organisations are found by the domain of their e-mail address as it is written, too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from chassis import migrate
from web.text.folding import searchable

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ORGANISATIONS = "SELECT id, name, code, email, phone FROM organisations"
USERS = "SELECT id, login, first_name, last_name, email, phone FROM users"
ADDRESS = ("label", "street", "complement", "postal_code", "city", "email")
ADDRESSES = "SELECT id, label, street, complement, postal_code, city, email, phone FROM addresses"


def upgrade() -> None:
    migrate.refill("organisations", "id", ORGANISATIONS, _of("name", "code", "email"))
    migrate.refill("users", "id", USERS, _of("login", "first_name", "last_name", "email"))
    migrate.refill("addresses", "id", ADDRESSES, _of(*ADDRESS))


def _of(*names: str) -> Any:
    def search_text(row: RowMapping) -> dict[str, Any]:
        return {"search_text": searchable([row[name] for name in names], phones=[row["phone"]])}

    return search_text

"""Links by which an address that is to be left takes the change back."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PURPOSE = "ck_link_tokens_purpose"
ACCOUNTS = "'reseller_account', 'invitation', 'client_sign_up'"


def upgrade() -> None:
    op.drop_constraint(op.f(PURPOSE), "link_tokens", type_="check")
    purposes = f"{ACCOUNTS}, 'password_reset', 'email_change', 'email_objection'"
    op.create_check_constraint(op.f(PURPOSE), "link_tokens", f"purpose IN ({purposes})")

"""E-mail addresses are as they are sent: the domain in ASCII and lower case; what is no address stays as it is."""

from __future__ import annotations

from chassis import migrate
from web.text import mailboxes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Two requests of one person, which were told apart by the notation, both stay to be decided.
ASKED_TWICE = """
state = 'pending' AND EXISTS (
  SELECT FROM sign_up_requests AS other
  WHERE other.client_id = sign_up_requests.client_id AND other.id <> sign_up_requests.id
    AND other.state = 'pending' AND lower(other.email) = lower(:new)
)
"""


def upgrade() -> None:
    for table in ("organisations", "users", "addresses"):
        migrate.rewrite(table, "email", mailboxes.normalised)
    migrate.rewrite("sign_up_requests", "email", mailboxes.normalised, unless=ASKED_TWICE)

"""E-mail addresses are as they are sent: the domain in ASCII and lower case; what is no address stays as it is."""

from __future__ import annotations

from chassis import migrate
from web.text import mailboxes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.rewrite("organisations", "email", mailboxes.normalised)

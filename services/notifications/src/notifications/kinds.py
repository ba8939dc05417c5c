"""What a person can be told, and which of it goes out by e-mail unless the person says otherwise."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "incident_declared",
    "status_changed",
    "message_posted",
    "files_attached",
    "contract_registered",
    "contract_extended",
    "contract_expiring",
    "sign_up_requested",
    "new_device",
]
LinkKind = Literal["account_invited", "password_reset"]
EmailKind = Literal[Kind, LinkKind]

KINDS: tuple[Kind, ...] = get_args(Kind)

# A file mostly comes with a message or a declaration, and registrations come by the hundred from the back office
# (identity sends its one e-mail per organisation): both stay in the feed unless a person asks for more.
QUIET: frozenset[Kind] = frozenset({"files_attached", "contract_registered"})

EMAIL_BY_DEFAULT: dict[Kind, bool] = {kind: kind not in QUIET for kind in KINDS}


def wants_email(kind: Kind, preferences: dict[str, bool] | None) -> bool:
    """``preferences`` is what the person chose, None or partial where nothing was chosen."""
    return (preferences or {}).get(kind, EMAIL_BY_DEFAULT[kind])

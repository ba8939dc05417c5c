"""What a person can be told, and which of it goes out by e-mail unless the person says otherwise."""

from __future__ import annotations

from typing import Literal, get_args

from api.notifications import EmailPut, Kind
from events.identity import FactorChange

# By e-mail alone and whatever the person's preferences: links to an account, and what happens to its credentials.
AccountKind = Literal[
    "account_invited", "password_reset", "email_change", "email_change_announced", "password_changed", "login_changed",
    "rescue_granted", FactorChange,
]  # fmt: skip
EmailKind = Literal[Kind, AccountKind]

KINDS: tuple[Kind, ...] = get_args(Kind)
ACCOUNT_KINDS: tuple[AccountKind, ...] = get_args(AccountKind)

EMAIL_BY_DEFAULT: dict[Kind, bool] = {kind: EmailPut.model_fields[kind].default for kind in KINDS}


# What may be missed without harm: it can be kept out of the feed as well.
OPTIONAL: frozenset[Kind] = frozenset(
    {"files_attached", "contract_registered", "contract_extended", "contract_expiring"}
)


# What guards the account: a thief who could switch it off would stay unseen.
ESSENTIAL: frozenset[Kind] = frozenset({"new_device"})


# Back offices and calendars make these by the hundred at once, and strangers of many networks could: what a person has
# not read yet is one line with a count, and one e-mail of each burst.
GATHERED: frozenset[Kind] = frozenset(
    {"contract_registered", "contract_extended", "contract_expiring", "sign_up_requested"}
)


# What a person may have before the eyes as it comes: an e-mail tells of it only where it stays unread.
CONVERSATION: frozenset[Kind] = frozenset({"message_posted", "files_attached", "note_mentioned", "note_written"})


def wants_line(kind: Kind, preferences: dict[str, bool] | None) -> bool:
    """Whether it comes into the person's feed; what is not optional always does."""
    return kind not in OPTIONAL or (preferences or {}).get(kind, True)


def wants_email(kind: Kind, preferences: dict[str, bool] | None) -> bool:
    """``preferences`` is what the person chose, None or partial where nothing was chosen. What is
    essential always goes out."""
    return kind in ESSENTIAL or (preferences or {}).get(kind, EMAIL_BY_DEFAULT[kind])

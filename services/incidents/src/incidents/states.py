"""The states of an incident: which follows which, and by whose hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, get_args
from uuid import UUID

from api.incidents import AttachmentState
from events.incidents import Actor, PendingReason, Status

# "party": the reseller or the client that did not declare.
Mover = Literal["sqp", "declarer", "party", "platform"]
# The states in which an attachment is shown.
SHOWN: tuple[AttachmentState, ...] = ("pending", "bound")

SQP: frozenset[Mover] = frozenset({"sqp"})
SQP_OR_DECLARER: frozenset[Mover] = frozenset({"sqp", "declarer"})
ANY_SIDE: frozenset[Mover] = frozenset({"sqp", "declarer", "party"})
SQP_OR_PLATFORM: frozenset[Mover] = frozenset({"sqp", "platform"})

TRANSITIONS: Mapping[Status, Mapping[Status, frozenset[Mover]]] = {
    "new": {"in_diagnosis": SQP, "rejected": SQP, "cancelled": SQP_OR_DECLARER},
    "in_diagnosis": {"pending": SQP, "exchange": SQP, "resolved": SQP, "rejected": SQP, "cancelled": SQP},
    "pending": {"in_diagnosis": SQP, "exchange": SQP, "resolved": SQP, "cancelled": SQP},
    "exchange": {"pending": SQP, "resolved": SQP},
    "resolved": {"closed": SQP_OR_PLATFORM, "in_diagnosis": ANY_SIDE},
    "closed": {},
    "rejected": {"in_diagnosis": SQP},
    "cancelled": {},
}

STATUSES: tuple[Status, ...] = get_args(Status)
# From the resolution, or from what a reseller or a client wrote since.
CLOSES_AFTER = timedelta(days=14)

# Open: work is left to do. A resolved incident is not open: it only waits to be closed after fourteen days.
OPEN: tuple[Status, ...] = ("new", "in_diagnosis", "pending", "exchange")
# An approved exchange moves an incident in one of these states to `exchange`.
BEFORE_EXCHANGE: tuple[Status, ...] = ("new", "in_diagnosis", "pending")
# The promise of dispatch stands still while SQP waits for an answer of these. Waiting for stock, maker or carrier does
# not stop it: those are SQP's own affair.
AWAITED: tuple[PendingReason, ...] = ("waiting_reseller", "waiting_client")
# Final: no state follows, so messages and files are refused. A rejected incident is not final: parties may reply.
FINAL: tuple[Status, ...] = tuple(status for status in STATUSES if not TRANSITIONS[status])


def mover(actor: Actor, declarer_id: UUID) -> Mover:
    """In whose name ``actor`` moves the incident."""
    if actor.organisation_kind == "sqp":
        return "sqp"
    if actor.user_id is None:
        return "platform"
    return "declarer" if actor.organisation_id == declarer_id else "party"


def way(current: Status, wanted: Status) -> tuple[Status, ...]:
    """SQP's moves from one to the other: a new incident that cannot go there yet is diagnosed first."""
    if current == "new" and wanted not in TRANSITIONS[current]:
        return ("in_diagnosis", wanted)
    return (wanted,)


def next_states(status: Status, by: Mover) -> list[Status]:
    return [following for following, movers in TRANSITIONS[status].items() if by in movers]

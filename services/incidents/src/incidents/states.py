"""The states of an incident: which follows which, and by whose hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args
from uuid import UUID

from events import OrganisationKind
from events.incidents import Actor, Scope, Status, Thread

Mover = Literal["sqp", "declarer", "platform"]
PendingReason = Literal["waiting_reseller", "waiting_client", "stock", "maker", "carrier", "other"]
# What became of an attachment; the last three are no longer shown.
AttachmentState = Literal["pending", "bound", "refused", "detached", "erased"]
SHOWN: tuple[AttachmentState, ...] = ("pending", "bound")

SQP: frozenset[Mover] = frozenset({"sqp"})
SQP_OR_DECLARER: frozenset[Mover] = frozenset({"sqp", "declarer"})
SQP_OR_PLATFORM: frozenset[Mover] = frozenset({"sqp", "platform"})

TRANSITIONS: Mapping[Status, Mapping[Status, frozenset[Mover]]] = {
    "new": {"in_diagnosis": SQP, "rejected": SQP, "cancelled": SQP_OR_DECLARER},
    "in_diagnosis": {"pending": SQP, "exchange": SQP, "resolved": SQP, "rejected": SQP, "cancelled": SQP},
    "pending": {"in_diagnosis": SQP, "exchange": SQP, "resolved": SQP, "cancelled": SQP},
    "exchange": {"pending": SQP, "resolved": SQP},
    "resolved": {"closed": SQP_OR_PLATFORM, "in_diagnosis": SQP_OR_DECLARER},
    "closed": {},
    "rejected": {"in_diagnosis": SQP},
    "cancelled": {},
}

STATUSES: tuple[Status, ...] = get_args(Status)
# Open: somebody still has something to do. A resolved incident waits for nothing but its fourteen days.
OPEN: tuple[Status, ...] = ("new", "in_diagnosis", "pending", "exchange")
# Final: nothing follows, so nothing is said or attached any more. A rejected incident may still be argued.
FINAL: tuple[Status, ...] = tuple(status for status in STATUSES if not TRANSITIONS[status])

SCOPES: Mapping[OrganisationKind, tuple[Scope, ...]] = {
    "sqp": ("declaration", "sqp"),
    "reseller": ("declaration", "client", "sqp"),
    "client": ("declaration", "client"),
}


def scopes(kind: OrganisationKind | None, client_id: UUID | None) -> tuple[Scope, ...]:
    """What people of ``kind`` may read of an incident. Without client there is no client thread.

    ``None`` is a service account: SQP's own back office, which reads what SQP reads.
    """
    return tuple(scope for scope in SCOPES[kind or "sqp"] if scope != "client" or client_id is not None)


def threads(kind: OrganisationKind | None, client_id: UUID | None) -> tuple[Thread, ...]:
    return tuple(scope for scope in scopes(kind, client_id) if scope != "declaration")


def declaring(declarer_id: UUID, reseller_id: UUID) -> frozenset[UUID]:
    """Whose the declaration's files are: the declarer's, and the reseller's, who follows it for its client."""
    return frozenset({declarer_id, reseller_id})


def file_owners(scope: Scope, declarer_id: UUID, reseller_id: UUID, organisation_id: UUID) -> frozenset[UUID]:
    """Who may take a file off: the declaration's, those whose it is; any other, the organisation that attached it."""
    return declaring(declarer_id, reseller_id) if scope == "declaration" else frozenset({organisation_id})


def mover(actor: Actor, declarer_id: UUID) -> Mover | None:
    """In whose name ``actor`` moves the incident; None for the party that did not declare it."""
    if actor.user_id is None:
        return "platform"
    if actor.organisation_kind == "sqp":
        return "sqp"
    return "declarer" if actor.organisation_id == declarer_id else None


def next_states(status: Status, by: Mover | None) -> list[Status]:
    return [following for following, movers in TRANSITIONS[status].items() if by in movers]

"""What may happen to an exchange line, and to a parcel, in which state, and by whose hand.

Decision, dispatch, return, the way back of a replacement and the claim to the maker are machines of their own: one
status for all breaks the exchange in advance, in which a parcel travels each way at once. Facts are only added; no
correction takes a line back to an earlier state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Literal, Protocol
from uuid import UUID

from api.incidents.exchange_steps import ClaimState, StepName
from api.incidents.exchanges import ShipmentState, SqpStep
from api.incidents.shipments import News
from events import OrganisationKind
from events.incidents import Cover, Decision, Dispatch, ExchangeType, Outcome, ReturnState
from incidents.exchanges import errors, parcel_errors
from web.errors import Problem

# Nothing to send back, awaited, or back at SQP: of a replacement that is to come back after all.
ReplacementReturn = Literal["none", "expected", "received"]

# Another unit takes the faulty one's place, and its cover.
REPLACES: frozenset[ExchangeType] = frozenset({"advance_exchange", "standard_exchange", "no_return"})
# Something is sent to the holder.
SHIPS: frozenset[ExchangeType] = REPLACES | {"part_only", "repair"}
# The faulty unit is to come to SQP.
RETURNS: frozenset[ExchangeType] = frozenset({"advance_exchange", "standard_exchange", "repair", "credit"})
# It must have come before anything leaves.
AFTER_RECEIPT: frozenset[ExchangeType] = frozenset({"standard_exchange", "repair"})

OPEN: tuple[Decision, ...] = ("requested", "approved")
NOT_SENT: tuple[Dispatch, ...] = ("none", "prepared", "failed")
AWAITED: tuple[ReturnState, ...] = ("expected", "label_sent", "in_transit", "lost")
# Late once the due date has passed: what is on its way is not, since its holder has done what was asked.
LATE: tuple[ReturnState, ...] = ("expected", "label_sent", "lost")
ARRIVED: tuple[ReturnState, ...] = ("received", "inspected")
MOST_EXTENSIONS = 2

CLAIM_FOLLOWS: Mapping[ClaimState | None, tuple[ClaimState, ...]] = {
    None: ("opened",),
    "opened": ("sent", "accepted", "refused"),
    "sent": ("accepted", "refused"),
    "accepted": ("settled",),
    "refused": ("settled",),
    "settled": (),
}

CLAIM_STEPS: Mapping[ClaimState, SqpStep] = {
    "opened": "claim_opened",
    "sent": "claim_sent",
    "accepted": "claim_accepted",
    "refused": "claim_refused",
    "settled": "claim_settled",
}

# Days before the due date of a return (negative: after it) on which its holder is reminded, and how long at all.
REMINDERS = (5, 1, -1, -7)
REMINDED_FOR = timedelta(days=30)

# What whoever holds the product may say of it; all other steps are SQP's.
OF_HOLDERS: frozenset[StepName] = frozenset({"return_shipped", "return_lost", "more_time", "keep_disk"})

# How far a parcel is; an earlier fact that comes later changes nothing. What failed may still turn up.
RANK: Mapping[ShipmentState, int] = {
    "prepared": 0,
    "shipped": 1,
    "lost": 2,
    "damaged": 2,
    "refused": 2,
    "returned_to_sender": 2,
    "recalled": 3,
    "delivered": 4,
}
FAILED: frozenset[ShipmentState] = frozenset({"lost", "damaged", "refused", "returned_to_sender", "recalled"})


class LineState(Protocol):
    """The state of a line, as a row of ``exchanges`` holds it."""

    @property
    def type(self) -> ExchangeType: ...
    @property
    def decision(self) -> Decision: ...
    @property
    def replacement_serial_number(self) -> str | None: ...
    @property
    def dispatch(self) -> Dispatch: ...
    @property
    def cover(self) -> Cover: ...
    @property
    def return_state(self) -> ReturnState: ...
    @property
    def return_due_on(self) -> date | None: ...
    @property
    def return_extensions(self) -> int: ...
    @property
    def replacement_return(self) -> ReplacementReturn: ...
    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def certificate_file_id(self) -> UUID | None: ...
    @property
    def claim_state(self) -> ClaimState | None: ...


def may(kind: OrganisationKind | None, step: StepName) -> bool:
    """``None`` is SQP's back office."""
    return kind in (None, "sqp") or step in OF_HOLDERS


def refusal(step: StepName, line: LineState) -> Problem | None:
    """Why ``step`` is not to be taken on ``line`` now; None where it may be."""
    if step in ("approve", "reject"):
        return None if line.decision == "requested" else errors.DecidedAlready.of(line.decision)
    if step == "cancel":
        return _cancelling(line)
    if step == "claim":
        may_follow = CLAIM_FOLLOWS[line.claim_state] and line.decision in ("approved", "closed")
        return None if may_follow else errors.ClaimIsOver()
    if step == "receive_replacement":
        return None if line.replacement_return == "expected" else errors.NoReplacementAwaited()
    if line.decision != "approved":
        return errors.NotApproved.of(line.decision)
    return _of_approved(step, line)


def _of_approved(step: StepName, line: LineState) -> Problem | None:
    if step == "more_time":
        return _more_time(line)
    if step == "close":
        return None if is_done(line) else errors.NotDone.of(line.dispatch, line.return_state)
    if step in _RETURNS:
        return None if line.return_state in _RETURNS[step] else errors.NothingAwaited.of(line.return_state)
    if step == "keep_disk":
        may_keep = line.return_state in AWAITED or _lacks_certificate(line)
        return None if may_keep else errors.NothingAwaited.of(line.return_state)
    if step == "inspect":
        return _inspecting(line)
    is_allowed, problem = _OTHERS[step]
    return None if is_allowed(line) else problem()


def _lacks_certificate(line: LineState) -> bool:
    """A certificate often comes after the return was settled by the disk's being kept."""
    return line.return_state == "settled" and line.outcome == "retained" and line.certificate_file_id is None


def _inspecting(line: LineState) -> Problem | None:
    if line.return_state == "inspected":
        return errors.InspectedAlready.of(line.outcome)
    return None if line.return_state == "received" else errors.NotReceived()


def _cancelling(line: LineState) -> Problem | None:
    if line.decision not in OPEN:
        return errors.DecidedAlready.of(line.decision)
    if line.dispatch == "delivered":
        return errors.TooLateToCancel()
    return errors.ReturnIsHere() if line.return_state in ARRIVED else None


def _more_time(line: LineState) -> Problem | None:
    if line.return_state not in AWAITED or line.return_due_on is None:
        return errors.NothingAwaited.of(line.return_state)
    return None if line.return_extensions < MOST_EXTENSIONS else errors.NoMoreTime()


def _is_reversible(line: LineState) -> bool:
    return line.type in REPLACES and line.dispatch in ("shipped", "delivered") and line.cover != "returned"


def is_overdue(line: LineState, today: date) -> bool:
    late = line.decision == "approved" and line.return_state in LATE
    return late and line.return_due_on is not None and line.return_due_on < today


def is_to_ship(line: LineState) -> bool:
    """Something is to leave, and nothing but SQP's own work stands in the way."""
    waits = line.type in AFTER_RECEIPT and line.return_state not in ARRIVED
    is_left = line.type in SHIPS and line.dispatch in NOT_SENT and line.cover != "returned"
    return line.decision == "approved" and is_left and not waits


def is_done(line: LineState) -> bool:
    """Nothing is on its way any more, and nothing is awaited."""
    sent = line.type not in SHIPS or line.dispatch == "delivered" or line.cover == "returned"
    back = line.return_state in ("not_required", "inspected", "settled")
    return sent and back and line.replacement_return != "expected"


# Steps of the way back, by the states of the return in which they may be taken.
_RETURNS: Mapping[StepName, tuple[ReturnState, ...]] = {
    "send_label": ("expected", "label_sent", "lost"),
    "return_shipped": AWAITED,
    "return_lost": ("expected", "label_sent", "in_transit"),
    "settle": AWAITED,
    # What was settled may arrive all the same.
    "receive": (*AWAITED, "settled"),
}
_OTHERS: Mapping[StepName, tuple[Callable[[LineState], bool], Callable[[], Problem]]] = {
    "reserve": (lambda line: line.type in REPLACES and line.cover != "returned", errors.NothingToReplace),
    "out_of_stock": (
        lambda line: line.type in SHIPS and line.dispatch in ("none", "failed"),
        parcel_errors.SentAlready,
    ),
    "reverse": (_is_reversible, errors.NothingToReverse),
    "replacement_dead": (lambda line: line.cover == "replaced" and line.dispatch == "delivered", errors.NotReplaced),
}


def outbound_refusal(line: LineState, *, ships: bool) -> Problem | None:
    """Why no parcel is prepared for ``line``, or with ``ships`` may not leave."""
    if line.decision != "approved":
        return errors.NotApproved.of(line.decision)
    if line.type not in SHIPS:
        return parcel_errors.NothingToSend()
    if line.type in REPLACES and line.replacement_serial_number is None:
        return parcel_errors.NothingReserved()
    if line.dispatch == "delivered" or line.cover == "returned":
        return parcel_errors.SentAlready()
    if ships and line.type in AFTER_RECEIPT and line.return_state not in ARRIVED:
        return parcel_errors.ShipsAfterReceipt()
    return None


def is_late(state: ShipmentState, news: News) -> bool:
    """Whether ``news`` says less than is known of a parcel in ``state``: repeated, or overtaken."""
    return RANK[news] <= RANK[state]

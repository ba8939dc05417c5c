"""What may happen to an exchange line, and to a parcel, in which state, and by whose hand.

Decision, dispatch, return, the way back of a replacement and the claim to the maker are machines of their own: one
status for all breaks the exchange in advance, in which a parcel travels each way at once. Facts are only added; no
correction takes a line back to an earlier state.

Of the return and the replacement's way back one at most is awaited: whatever brings a replacement back ends the wait
for the faulty unit. So what a holder says of a return (sent, lost, more time) is about the one that is awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from api.incidents.exchange_steps import ClaimState, StepName
from api.incidents.exchanges import ShipmentState, SqpStep
from api.incidents.shipments import Said
from events import OrganisationKind
from events.exchange_words import Direction, ReplacementReturn, ReturnState
from incidents.exchanges import errors, parcel_errors, return_errors, standing
from incidents.exchanges.standing import LineState
from web.errors import Problem

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

# What is done about what is wrong or missing at the inspection of a return: it is to come again, or settled.
_AGAIN: frozenset[StepName] = frozenset({"send_label", "return_shipped", "receive", "settle"})

# What begins an exchange: of an incident that goes on.
OF_OPEN_INCIDENTS: frozenset[StepName] = frozenset({"approve", "replacement_dead"})

# Steps about a replacement in service. They are refused once another line exchanges that replacement.
OF_REPLACEMENT_IN_USE: frozenset[StepName] = frozenset({"reserve", "reverse", "replacement_dead"})

# Steps that the organisation with the product may take; all others are SQP's.
OF_HOLDERS: frozenset[StepName] = frozenset({"return_shipped", "return_lost", "more_time", "keep_disk"})

# How far a parcel is: a fact of lower rank that arrives later changes nothing. A lost parcel may still be found.
RANK: Mapping[ShipmentState, int] = {
    "prepared": 0,
    "shipped": 1,
    "recalled": 2,
    "lost": 3,
    "damaged": 3,
    "refused": 3,
    "returned_to_sender": 4,
    "delivered": 5,
}
FAILED: frozenset[ShipmentState] = frozenset({"lost", "damaged", "refused", "returned_to_sender", "recalled"})


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
        may_come = line.replacement_return in _REPLACEMENT[step] or standing.may_turn_up(line)
        return None if may_come else errors.NoReplacementAwaited()
    if step in _REPLACEMENT and standing.is_replacement_awaited(line):
        return _of_replacement(step, line)
    if line.decision != "approved":
        return errors.NotApproved.of(line.decision)
    return _of_approved(step, line)


def _of_approved(step: StepName, line: LineState) -> Problem | None:
    if step in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[step](line)
    if step == "keep_disk" and line.disk == "refused" and line.return_state in standing.AWAITED:
        return return_errors.DiskIsAwaited()
    if (step in _AGAIN and standing.may_come_again(line)) or (step == "receive" and standing.may_come_unasked(line)):
        return None
    if step in _RETURNS:
        return None if line.return_state in _RETURNS[step] else errors.NothingAwaited.of(line.return_state)
    if step == "keep_disk":
        may_keep = line.return_state in standing.AWAITED or _lacks_certificate(line)
        return None if may_keep else errors.NothingAwaited.of(line.return_state)
    is_allowed, problem = _OTHERS[step]
    return None if is_allowed(line) else problem()


def _of_replacement(step: StepName, line: LineState) -> Problem | None:
    """Once it is to come back, whether its exchange is cancelled or reversed."""
    if line.replacement_return not in _REPLACEMENT[step]:
        return parcel_errors.ReplacementLostAlready()
    if step == "more_time" and line.replacement_due_on is None:
        return errors.NotDueYet()
    if step == "more_time" and line.replacement_extensions >= MOST_EXTENSIONS:
        return errors.NoMoreTime()
    return None


def _lacks_certificate(line: LineState) -> bool:
    """A certificate often comes after the return was settled by the disk's being kept."""
    return line.return_state == "settled" and line.outcome == "retained" and line.certificate_file_id is None


def _inspecting(line: LineState) -> Problem | None:
    if line.return_state == "inspected":
        return errors.InspectedAlready.of(line.outcome)
    return None if line.return_state == "received" else errors.NotReceived()


def _cancelling(line: LineState) -> Problem | None:
    if line.decision not in standing.OPEN:
        return errors.DecidedAlready.of(line.decision)
    if line.cover == "returned":
        return errors.NothingToReverse()
    if line.dispatch == "delivered":
        return errors.TooLateToCancel()
    if line.return_state == "in_transit":
        return errors.ReturnIsUnderWay()
    return errors.ReturnIsHere() if line.return_state in standing.ARRIVED else None


def _more_time(line: LineState) -> Problem | None:
    if line.return_state not in standing.AWAITED or line.return_due_on is None:
        return errors.NothingAwaited.of(line.return_state)
    return None if line.return_extensions < MOST_EXTENSIONS else errors.NoMoreTime()


def _reversing(line: LineState) -> Problem | None:
    if standing.is_unit_here(line):
        return None
    if line.type not in standing.REPLACES or line.dispatch not in ("shipped", "delivered") or line.cover == "returned":
        return errors.NothingToReverse()
    return errors.ReturnIsUnderWay() if line.return_state == "in_transit" else None


def _closing(line: LineState) -> Problem | None:
    undone = errors.NotDone.of(line.dispatch, line.return_state, line.replacement_return)
    return None if standing.is_done(line) else undone


# Steps of the way back, by the states of the return in which they may be taken.
_RETURNS: Mapping[StepName, tuple[ReturnState, ...]] = {
    "send_label": ("expected", "label_sent", "lost"),
    "return_shipped": standing.AWAITED,
    "return_lost": ("expected", "label_sent", "in_transit"),
    "settle": standing.AWAITED,
    # What was settled may arrive all the same.
    "receive": (*standing.AWAITED, "settled"),
}
# The same of a replacement's way back.
_REPLACEMENT: Mapping[StepName, tuple[ReplacementReturn, ...]] = {
    "return_shipped": standing.REPLACEMENT_AWAITED,
    "return_lost": ("expected", "in_transit"),
    "more_time": standing.REPLACEMENT_AWAITED,
    "settle": standing.REPLACEMENT_AWAITED,
    "receive_replacement": (*standing.REPLACEMENT_AWAITED, "settled"),
}
_OF_THEIR_OWN: Mapping[StepName, Callable[[LineState], Problem | None]] = {
    "more_time": _more_time,
    "inspect": _inspecting,
    "reverse": _reversing,
    "close": _closing,
}
_OTHERS: Mapping[StepName, tuple[Callable[[LineState], bool], Callable[[], Problem]]] = {
    "reserve": (
        lambda line: (line.type in standing.REPLACES and line.cover != "returned") or standing.is_repair_lost(line),
        errors.NothingToReplace,
    ),
    "out_of_stock": (
        lambda line: line.type in standing.SHIPS and line.dispatch in ("none", "failed") and line.cover != "returned",
        parcel_errors.SentAlready,
    ),
    "refuse_disk": (standing.is_disk_kept, return_errors.NoDiskKept),
    "replacement_dead": (lambda line: line.cover == "replaced" and line.dispatch == "delivered", errors.NotReplaced),
}


def outbound_refusal(line: LineState, *, ships: bool) -> Problem | None:
    """Why no parcel is prepared for ``line``, or with ``ships`` may not leave."""
    if line.decision != "approved":
        return errors.NotApproved.of(line.decision)
    if line.type not in standing.SHIPS:
        return parcel_errors.NothingToSend()
    if line.type in standing.REPLACES and line.replacement_serial_number is None:
        return parcel_errors.NothingReserved()
    if line.dispatch == "delivered" or line.cover == "returned":
        return parcel_errors.SentAlready()
    if ships and standing.waits_for_return(line):
        return parcel_errors.ShipsAfterReceipt()
    return None


def recall_refusal(state: ShipmentState, direction: Direction) -> Problem | None:
    """Why a parcel is not withdrawn: it is, or has left, or its label is with the holder."""
    if state == "recalled":
        return parcel_errors.ParcelNotOnItsWay(state=state)
    if state != "prepared":
        return parcel_errors.ParcelHasLeft(state=state)
    return parcel_errors.LabelWasSent() if direction == "return" else None


def is_back(state: ShipmentState, news: Said) -> bool:
    """Whether a carrier's ``delivered`` means delivered to the sender: it does after ``returned_to_sender``."""
    return state == "returned_to_sender" and news == "delivered"


def is_late(state: ShipmentState, news: Said, *, is_presumed: bool) -> bool:
    """Whether ``news`` adds nothing to what is known of a parcel in ``state``: it repeats it or is older. A presumed
    delivery is no news of the carrier, so such a parcel counts as shipped."""
    return RANK[news] <= RANK["shipped" if is_presumed else state]

"""What may happen to an exchange line, and to a parcel, in which state, and by whose hand.

Decision, dispatch, return, the way back of a replacement and the claim to the maker are machines of their own: one
status for all breaks the exchange in advance, in which a parcel travels each way at once. Facts are only added; no
correction takes a line back to an earlier state.

Of the return and the replacement's way back one at most is awaited: whatever brings a replacement back ends the wait
for the faulty unit. So what a holder says of a return (sent, lost, more time) is about the one that is awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Literal, Protocol
from uuid import UUID

from api.incidents.exchange_steps import ClaimState, StepName
from api.incidents.exchanges import ShipmentState, SqpStep, Stage
from api.incidents.shipments import News
from events import OrganisationKind
from events.incidents import Cover, Decision, Dispatch, ExchangeType, Outcome, ReplacementReturn, ReturnState
from incidents.exchanges import errors, parcel_errors, return_errors
from web.errors import Problem

# What its holder has said of the disk, and SQP of that: a kept one makes nothing late until SQP answers.
Disk = Literal["none", "kept", "refused"]

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
REPLACEMENT_AWAITED: tuple[ReplacementReturn, ...] = ("expected", "in_transit", "lost")
REPLACEMENT_LATE: tuple[ReplacementReturn, ...] = ("expected", "lost")
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
    def disk(self) -> Disk: ...
    @property
    def replacement_return(self) -> ReplacementReturn: ...
    @property
    def replacement_due_on(self) -> date | None: ...
    @property
    def replacement_extensions(self) -> int: ...
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
        return None if line.replacement_return in _REPLACEMENT[step] else errors.NoReplacementAwaited()
    if step in _REPLACEMENT and is_replacement_awaited(line):
        return _of_replacement(step, line)
    if line.decision != "approved":
        return errors.NotApproved.of(line.decision)
    return _of_approved(step, line)


def _of_approved(step: StepName, line: LineState) -> Problem | None:
    if step == "more_time":
        return _more_time(line)
    if step == "close":
        return None if is_done(line) else errors.NotDone.of(line.dispatch, line.return_state, line.replacement_return)
    if step == "keep_disk" and line.disk == "refused" and line.return_state in AWAITED:
        return return_errors.DiskIsAwaited()
    if step in _RETURNS:
        return None if line.return_state in _RETURNS[step] else errors.NothingAwaited.of(line.return_state)
    if step == "keep_disk":
        may_keep = line.return_state in AWAITED or _lacks_certificate(line)
        return None if may_keep else errors.NothingAwaited.of(line.return_state)
    if step == "inspect":
        return _inspecting(line)
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


def is_return_awaited(line: LineState) -> bool:
    return line.decision == "approved" and line.return_state in AWAITED


def is_replacement_awaited(line: LineState) -> bool:
    """Whatever was decided of the line since."""
    return line.replacement_return in REPLACEMENT_AWAITED


def is_going(line: LineState) -> bool:
    return line.decision in OPEN or is_replacement_awaited(line)


def is_anything_awaited(line: LineState) -> bool:
    return is_return_awaited(line) or is_replacement_awaited(line)


def is_disk_kept(line: LineState) -> bool:
    """Its holder keeps the disk, and SQP has yet to answer."""
    return line.disk == "kept" and is_return_awaited(line)


def due_on(line: LineState) -> date | None:
    """Until when what is awaited is to be back; None where nothing is awaited, or the day is not known yet."""
    if is_return_awaited(line):
        return line.return_due_on
    return line.replacement_due_on if is_replacement_awaited(line) else None


def may_be_late(line: LineState) -> bool:
    """Its holder has yet to send what is awaited."""
    is_late = line.decision == "approved" and line.return_state in LATE and not is_disk_kept(line)
    return is_late or line.replacement_return in REPLACEMENT_LATE


def is_overdue(line: LineState, today: date) -> bool:
    day = due_on(line)
    return may_be_late(line) and day is not None and day < today


def _waits_for_return(line: LineState) -> bool:
    return line.type in AFTER_RECEIPT and line.return_state in AWAITED


def is_to_ship(line: LineState) -> bool:
    """Something is to leave, and nothing but SQP's own work stands in the way."""
    is_left = line.type in SHIPS and line.dispatch in NOT_SENT and line.cover != "returned"
    return line.decision == "approved" and is_left and not _waits_for_return(line)


def stage(line: LineState, today: date) -> Stage:
    """The one list in which SQP finds the line: what SQP has to do comes before what it waits for."""
    if line.decision == "requested" or is_disk_kept(line):
        return "to_decide"
    if line.decision == "approved" and line.return_state == "received":
        return "to_inspect"
    if is_to_ship(line):
        return "to_ship"
    if is_overdue(line, today):
        return "overdue"
    if line.decision == "approved" and line.dispatch == "shipped" and line.cover != "returned":
        return "shipped"
    if is_return_awaited(line) or is_replacement_awaited(line):
        return "awaited"
    return "to_close" if line.decision == "approved" else "done"


def is_done(line: LineState) -> bool:
    """Nothing is on its way any more, and nothing is awaited."""
    sent = line.type not in SHIPS or line.dispatch == "delivered" or line.cover == "returned"
    back = line.return_state in ("not_required", "inspected", "settled")
    return sent and back and not is_replacement_awaited(line)


# Steps of the way back, by the states of the return in which they may be taken.
_RETURNS: Mapping[StepName, tuple[ReturnState, ...]] = {
    "send_label": ("expected", "label_sent", "lost"),
    "return_shipped": AWAITED,
    "return_lost": ("expected", "label_sent", "in_transit"),
    "settle": AWAITED,
    # What was settled may arrive all the same.
    "receive": (*AWAITED, "settled"),
}
# The same of a replacement's way back.
_REPLACEMENT: Mapping[StepName, tuple[ReplacementReturn, ...]] = {
    "return_shipped": REPLACEMENT_AWAITED,
    "return_lost": ("expected", "in_transit"),
    "more_time": REPLACEMENT_AWAITED,
    "settle": REPLACEMENT_AWAITED,
    "receive_replacement": (*REPLACEMENT_AWAITED, "settled"),
}
_OTHERS: Mapping[StepName, tuple[Callable[[LineState], bool], Callable[[], Problem]]] = {
    "reserve": (lambda line: line.type in REPLACES and line.cover != "returned", errors.NothingToReplace),
    "out_of_stock": (
        lambda line: line.type in SHIPS and line.dispatch in ("none", "failed"),
        parcel_errors.SentAlready,
    ),
    "refuse_disk": (is_disk_kept, return_errors.NoDiskKept),
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
    if ships and _waits_for_return(line):
        return parcel_errors.ShipsAfterReceipt()
    return None


def is_late(state: ShipmentState, news: News) -> bool:
    """Whether ``news`` says less than is known of a parcel in ``state``: repeated, or overtaken."""
    return RANK[news] <= RANK[state]

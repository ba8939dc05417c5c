"""How an exchange line stands: what is awaited, what is late, what is to leave, and the one stage that it is in.

Of the return and the replacement's way back one at most is awaited: whatever brings a replacement back ends the wait
for the faulty unit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Literal, Protocol
from uuid import UUID

from api.incidents.exchange_steps import ClaimState, WayBack
from api.incidents.exchanges import ShipmentState, Stage
from chassis.sql import AnyRow
from events.exchange_words import Cover, Decision, Dispatch, ExchangeType, Outcome, ReplacementReturn, ReturnState
from web.text import codes

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
TAKEN_BACK: tuple[Decision, ...] = ("rejected", "cancelled")
NOT_SENT: tuple[Dispatch, ...] = ("none", "prepared", "failed")
AWAITED: tuple[ReturnState, ...] = ("expected", "label_sent", "in_transit", "lost")
# Late once the due date has passed: what is on its way, or got lost there, is not, since its holder has done what was
# asked.
LATE: tuple[ReturnState, ...] = ("expected", "label_sent")
ARRIVED: tuple[ReturnState, ...] = ("received", "inspected")
# Where the cover of a product is that its holder has no more.
GONE: tuple[Cover, ...] = ("replaced", "credited")
REPLACEMENT_AWAITED: tuple[ReplacementReturn, ...] = ("expected", "in_transit", "lost")


@dataclass(frozen=True)
class Load:
    """A parcel to the holder: how far it is, and the serial number of what it has in it, where that is known."""

    shipment_id: UUID
    state: ShipmentState
    unit: str | None

    @property
    def code(self) -> str:
        return codes.serial(self.unit or "")


class LineState(Protocol):
    """The state of a line, as a row of ``exchanges`` holds it."""

    @property
    def type(self) -> ExchangeType: ...
    @property
    def decision(self) -> Decision: ...
    @property
    def serial_number(self) -> str: ...
    @property
    def replacement_serial_number(self) -> str | None: ...
    @property
    def dispatch(self) -> Dispatch: ...
    @property
    def dispatched_at(self) -> datetime | None: ...
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


def is_return_awaited(line: LineState) -> bool:
    return line.decision == "approved" and line.return_state in AWAITED


def is_replacement_awaited(line: LineState) -> bool:
    """Whatever was decided of the line since."""
    return line.replacement_return in REPLACEMENT_AWAITED


def way_back(line: LineState) -> WayBack:
    """The one that steps are about: a replacement's, once it was to come back."""
    return "return" if line.replacement_return == "none" else "replacement"


def is_going(line: LineState) -> bool:
    return line.decision in OPEN or is_replacement_awaited(line)


def is_anything_awaited(line: LineState) -> bool:
    return is_return_awaited(line) or is_replacement_awaited(line)


def is_disk_kept(line: LineState) -> bool:
    """Its holder keeps the disk, and SQP has yet to answer."""
    return line.disk == "kept" and is_return_awaited(line)


def is_lost(line: LineState) -> bool:
    """What is awaited got lost on its way: SQP looks for it, and settles it where it is not found."""
    return (is_return_awaited(line) and line.return_state == "lost") or line.replacement_return == "lost"


def is_to_decide(line: LineState) -> bool:
    """A request, and what goes no further by itself."""
    stands = line.type in AFTER_RECEIPT and _is_other(line)
    return line.decision == "requested" or is_disk_kept(line) or is_lost(line) or stands


def is_repair_lost(line: LineState) -> bool:
    """A unit did not get back to its holder from its repair, or SQP settled its way there: another may be sent."""
    is_settled = line.return_state == "settled" and line.dispatch == "none"
    return line.type == "repair" and (line.dispatch == "failed" or is_settled)


def is_unit_here(line: LineState) -> bool:
    """The faulty unit was inspected, and its holder has got nothing for it: it may go back as it is, unless it left
    already and got lost (:func:`first_unit`)."""
    is_exchange = (line.type in REPLACES and line.cover == "in_progress") or line.type == "credit"
    is_here = line.return_state == "inspected" and line.outcome != "mismatch"
    return line.decision == "approved" and is_exchange and is_here and line.dispatch in NOT_SENT


def unit_sent(line: LineState) -> str | None:
    """The serial number of what goes to the holder, where that has one: a repaired unit, or another."""
    return line.serial_number if line.type == "repair" else line.replacement_serial_number


def is_under_way(line: LineState) -> bool:
    """Whether the product that is awaited back was reported as sent."""
    is_return = is_return_awaited(line) and line.return_state == "in_transit" and not is_disk_kept(line)
    return is_return or line.replacement_return == "in_transit"


def may_come_again(line: LineState) -> bool:
    """At the inspection it was another product, or not whole: the right one, or the rest, may still come, unless its
    holder has the unit again."""
    is_wanting = line.return_state == "inspected" and line.outcome in ("mismatch", "partial")
    is_back = line.cover == "returned" or (line.type == "repair" and line.dispatch in ("shipped", "delivered"))
    return line.decision == "approved" and is_wanting and not is_back


def may_come_unasked(line: LineState) -> bool:
    """Its exchange was reversed: the faulty unit is not awaited, but its holder may send it all the same."""
    is_reversed = line.decision == "approved" and line.cover == "returned" and line.type in RETURNS
    return is_reversed and line.return_state == "not_required"


def may_turn_up(line: LineState) -> bool:
    """Its exchange was taken back and its parcel got lost: nothing is awaited, but a carrier may bring it back."""
    is_taken_back = line.decision == "cancelled" or line.cover == "returned"
    has_failed = line.dispatch == "failed" and line.dispatched_at is not None
    return is_taken_back and has_failed and line.replacement_return == "none"


def first_unit(line: AnyRow | LineState, loads: Sequence[Load]) -> ShipmentState | None:
    """How far the faulty unit is on its way back to its holder, where it was sent; None where it was not. A parcel that
    was called back tells nothing of it: it never left."""
    code = codes.serial(line.serial_number)
    own = [load.state for load in loads if load.code == code and load.state != "recalled"]
    return own[-1] if own else None


def is_spare(line: AnyRow | LineState, load: Load) -> bool:
    """It was delivered although another unit had taken its place: its holder has it to spare, and it is SQP's."""
    meant = {codes.serial(line.serial_number), codes.serial(line.replacement_serial_number or "")}
    return load.state == "delivered" and load.unit is not None and load.code not in meant


def requestable(
    serials: Sequence[str], lines: Sequence[AnyRow], of_units: Sequence[AnyRow], off_contract: Collection[str]
) -> list[str]:
    """Of an incident's products those that none of its ``lines`` exchanges, and that are in use, as far as the lines of
    these units tell. ``off_contract``: the codes of those that no contract covers any more."""
    going = {line.serial_code for line in lines if line.decision in OPEN and line.cover != "returned"}
    known = [(serial, codes.serial(serial)) for serial in serials]
    gone = {code for code in off_contract if not came_by(code, of_units)} | going
    return [serial for serial, code in known if code not in gone and taken_out_of_use(code, of_units) is None]


def came_by(code: str, lines: Sequence[AnyRow]) -> bool:
    """Whether the unit of this serial code is in service by one of these lines, or was."""
    return any(line.replacement_code == code and line.cover == "replaced" for line in lines)


def taken_out_of_use(code: str, lines: Sequence[AnyRow]) -> AnyRow | None:
    """The line that took the unit of this serial code out of use: by replacing it, by paying it back, or as it came by
    a line that was taken back. None where it is in use, perhaps again: a unit may come back to SQP and be sent out
    once more."""
    moves = [(line.requested_at, line) for line in lines if line.serial_code == code and line.cover in GONE]
    moves += [
        (line.reserved_at, line)
        for line in lines
        if line.replacement_code == code and line.cover in ("replaced", "returned")
    ]
    _, last = max(moves, key=itemgetter(0), default=(None, None))
    is_in_use = last is None or (last.replacement_code == code and last.cover == "replaced")
    return None if is_in_use else last


def due_on(line: LineState) -> date | None:
    """Until when what is awaited is to be back; None where nothing is awaited, or the day is not known yet."""
    if is_return_awaited(line):
        return line.return_due_on
    return line.replacement_due_on if is_replacement_awaited(line) else None


def may_be_late(line: LineState) -> bool:
    """Its holder has yet to send what is awaited."""
    is_late = line.decision == "approved" and line.return_state in LATE and not is_disk_kept(line)
    return is_late or line.replacement_return == "expected"


def is_overdue(line: LineState, today: date) -> bool:
    day = due_on(line)
    return may_be_late(line) and day is not None and day < today


def waits_for_return(line: LineState) -> bool:
    """What leaves after receipt alone has not been received: another product is none."""
    return line.type in AFTER_RECEIPT and (line.return_state in AWAITED or _is_other(line))


def _is_other(line: LineState) -> bool:
    return may_come_again(line) and line.outcome == "mismatch"


def is_to_ship(line: LineState) -> bool:
    """Something is to leave, and nothing but SQP's own work stands in the way."""
    is_left = line.type in SHIPS and line.dispatch in NOT_SENT and line.cover != "returned"
    return line.decision == "approved" and is_left and not waits_for_return(line)


def stage(line: LineState, today: date) -> Stage:
    """The one list in which SQP finds the line: what SQP has to do comes before what it waits for."""
    if is_to_decide(line):
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

"""In SQL what :mod:`incidents.exchanges.standing` says of a line: for generated columns and partial indexes."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.exchanges import standing


def _in(column: str, words: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in sorted(words))})"


APPROVED = "decision = 'approved'"
OPEN = _in("decision", standing.OPEN)
# Of a reversed line its unit is in use again, which may fail anew.
IS_EXCHANGED = f"{OPEN} AND cover <> 'returned'"
RETURN_AWAITED = f"{APPROVED} AND {_in('return_state', standing.AWAITED)}"
REPLACEMENT_AWAITED = _in("replacement_return", standing.REPLACEMENT_AWAITED)
AWAITED = f"({RETURN_AWAITED}) OR {REPLACEMENT_AWAITED}"
GOING = f"{OPEN} OR {REPLACEMENT_AWAITED}"
DUE_ON = f"CASE WHEN {RETURN_AWAITED} THEN return_due_on WHEN {REPLACEMENT_AWAITED} THEN replacement_due_on END"
LATE_AFTER = (
    f"CASE WHEN {APPROVED} AND {_in('return_state', standing.LATE)} AND disk <> 'kept' THEN return_due_on"
    f" WHEN NOT ({RETURN_AWAITED}) AND replacement_return = 'expected'"
    " THEN replacement_due_on END"
)
IS_OTHER = "return_state = 'inspected' AND outcome = 'mismatch' AND cover <> 'returned'"
WAITS_FOR = f"({_in('return_state', standing.AWAITED)} OR {IS_OTHER})"
WAITS = f"{_in('type', standing.AFTER_RECEIPT)} AND {WAITS_FOR}"
IS_LEFT = f"{_in('type', standing.SHIPS)} AND {_in('dispatch', standing.NOT_SENT)} AND cover <> 'returned'"
IS_ANSWERED = "disk <> 'kept' AND return_state <> 'lost'"
UNDATED_STAGE = (
    f"CASE WHEN decision = 'requested' OR ({RETURN_AWAITED}) AND NOT ({IS_ANSWERED}) OR replacement_return = 'lost'"
    f" OR {APPROVED} AND {_in('type', standing.AFTER_RECEIPT)} AND {IS_OTHER} THEN 'to_decide'"
    f" WHEN {APPROVED} AND return_state = 'received' THEN 'to_inspect'"
    f" WHEN {APPROVED} AND {IS_LEFT} AND NOT ({WAITS}) THEN 'to_ship'"
    f" WHEN {APPROVED} AND dispatch = 'shipped' AND cover <> 'returned' THEN 'shipped'"
    f" WHEN {AWAITED} THEN 'awaited' WHEN {APPROVED} THEN 'to_close' ELSE 'done' END"
)

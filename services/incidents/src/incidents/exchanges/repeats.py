"""Whether what is told is known already: a back office may send each of its facts as often as it likes.

The same words are no news, however long ago they were told, and whatever others have said and done since, until what
they are about is asked for again: then they are of what comes next. Other words may say what the line's state shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.exchange_steps import Step, StepName, WayBackStep
from api.incidents.exchanges import FactStep
from events.exchange_words import ReturnState
from incidents.exchanges import carriers, repository, return_errors, standing
from incidents.exchanges.models import Exchange, OfficeReport
from web import clock
from web.text import codes

# One unit or day after another may be told, and the first again, until a person has chosen.
CHANGES_BACK: frozenset[StepName] = frozenset({"reserve", "out_of_stock"})
# What is said of one coming: of the next one it may be said in the same words. An inspection said again would judge
# what has come since.
OF_ONE_COMING: frozenset[StepName] = frozenset({"send_label", "return_shipped", "return_lost", "more_time", "receive"})
CHOSEN: tuple[FactStep, ...] = ("reserved", "out_of_stock")

IS_KNOWN: Mapping[StepName, Callable[[Any, Exchange], bool]] = {
    "approve": lambda wanted, line: line.decision == "approved" and wanted.type in (None, line.type),
    "reject": lambda _, line: line.decision == "rejected",
    "cancel": lambda _, line: line.decision == "cancelled",
    "reserve": lambda wanted, line: (
        codes.serial(line.replacement_serial_number or "") == codes.serial(wanted.serial_number)
        and line.replacement_reference == (wanted.product_reference or line.product_reference)
        and line.replacement_condition == wanted.condition
    ),
    "out_of_stock": lambda wanted, line: line.stock_expected_on == wanted.expected_on,
    "refuse_disk": lambda _, line: line.disk == "refused",
    "receive": lambda wanted, line: _is_same_unit(wanted.serial_number, line),
    "inspect": lambda wanted, line: line.return_state == "inspected" and line.outcome == wanted.outcome,
    "settle": lambda wanted, line: (
        ("settled", wanted.outcome) == _end(line) and wanted.certificate_file_id in (None, line.certificate_file_id)
    ),
    "return_lost": lambda _, line: _end(line)[0] == "lost",
    "reverse": lambda _, line: line.cover == "returned",
    "receive_replacement": lambda _, line: line.replacement_return == "received",
    "close": lambda _, line: line.decision == "closed",
    "claim": lambda wanted, line: line.claim_state == wanted.state,
}


def _is_same_unit(told: str | None, line: Exchange) -> bool:
    """Without a number it is what has arrived, unless that was another product. That other product is told again, too,
    while the right one is awaited."""
    is_here = line.return_state in standing.ARRIVED
    if told is None and line.outcome != "mismatch":
        return is_here
    code = codes.serial(told or "")
    is_other = bool(code) and code != codes.serial(line.serial_number)
    return (is_here or is_other) and code == codes.serial(line.received_serial_number or "")


def _end(line: Exchange) -> tuple[str, str | None]:
    """State and outcome of the way back that was awaited last."""
    if line.replacement_return == "none":
        return line.return_state, line.outcome
    return line.replacement_return, line.replacement_outcome


async def is_repeated(session: AsyncSession, wanted: Step, line: Exchange) -> bool:
    if wanted.step == "reverse" and line.type == "repair":
        # Its unit goes back already, not exchanged.
        return await repository.has_told(session, line, "unit_goes_back")
    return wanted.step in IS_KNOWN and IS_KNOWN[wanted.step](wanted, line)


async def follow(session: AsyncSession, line: Exchange, taken: Step, before: ReturnState) -> None:
    """Forgets what was said of one coming where the line awaits by ``taken`` what had come, got lost or was to be kept.
    A holder who sends what was lost has found it: nothing was asked."""
    is_asked = taken.step == "refuse_disk" or (taken.step == "send_label" and before == "lost")
    if standing.is_return_awaited(line) and (before == "inspected" or is_asked):
        await forget(session, line, but=digest(taken))


async def forget(session: AsyncSession, line: Exchange, but: str = "") -> None:
    """What was said of a coming that is over, but for the word that has just asked for the next one."""
    of_line = (OfficeReport.exchange_id == line.id, OfficeReport.step.in_(OF_ONE_COMING), OfficeReport.digest != but)
    await session.execute(delete(OfficeReport).where(*of_line))


async def is_reported(session: AsyncSession, wanted: Step, line: Exchange) -> bool:
    """Whether the back office has said this of the line before; from now on it has, unless the step is refused. Raises
    WhichWayBack where it said it of the other way back, and does not say of which it speaks now."""
    said, of_replacement = digest(wanted), standing.way_back(line) == "replacement"
    report = insert(OfficeReport).values(
        exchange_id=line.id, digest=said, of_replacement=of_replacement, step=wanted.step, at=clock.now()
    )
    if await session.scalar(report.on_conflict_do_nothing().returning(OfficeReport.digest)):
        return False
    if wanted.step in CHANGES_BACK:
        return await repository.is_last_by_person(session, line, CHOSEN)
    if wanted.step == "send_label" and standing.is_return_awaited(line) and line.return_state == "lost":
        return False
    known = await session.get_one(OfficeReport, (line.id, said))
    is_other = known.of_replacement != of_replacement and standing.is_anything_awaited(line)
    if isinstance(wanted, WayBackStep) and wanted.of is None and is_other:
        raise return_errors.WhichWayBack(field="of")
    return True


def digest(told: BaseModel) -> str:
    """The same for the same words, however the number of a parcel is written."""
    said = told.model_dump(mode="json")
    if "tracking_number" in said:
        said["tracking_number"] = carriers.tracking_number(said["tracking_number"])
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

"""What becomes of a line by the parcels to its holder: sent, delivered, failed, called back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.shipments import News
from events.exchange_words import ExchangeStep
from incidents.exchanges import machine, parcel_repository, repeats, repository, standing, units
from incidents.exchanges.models import Exchange, Shipment
from incidents.exchanges.scene import Scene
from web import clock
from web.text import codes

STEPS: dict[News, ExchangeStep] = {
    "shipped": "shipped",
    "delivered": "delivered",
    "lost": "parcel_lost",
    "damaged": "parcel_damaged",
    "refused": "parcel_refused",
    "returned_to_sender": "parcel_sent_back",
}


async def follow(scene: Scene, shipment: Shipment, news: News, note: str, step: ExchangeStep | None) -> None:
    """Applies ``news`` of ``shipment`` to the line's dispatch. News that no longer matters to the holder, such as a
    second delivery, is recorded for SQP alone."""
    line = scene.line
    if news == "delivered" and line.dispatch == "delivered":
        scene.note("second_delivery", note, shipment)
        return
    if line.replacement_return in ("received", "settled"):
        scene.note("carrier_news", note, shipment, state=news)
        return
    if news == "delivered" and not await _is_about(scene, shipment):
        scene.note("second_delivery", note, shipment)
        return
    if news in machine.FAILED:
        await _fall_back(scene)
    await _sum_up(scene, has_left=news == "shipped")
    more: dict[str, Any] = {"of_first": line.type == "repair"}
    if news == "delivered":
        await _delivered_too_late(scene)
        more |= {"partly": line.dispatch != "delivered"}
    elif news in ("lost", "damaged"):
        is_over = line.decision != "approved" or line.cover == "returned" or line.type == "repair"
        more |= {"resent": line.dispatch == "failed" and not is_over}
    if news == "lost":
        _lost_before_it_came_back(line)
    scene.tell(step or STEPS[news], note, shipment, **more)


async def go_on_without(scene: Scene) -> None:
    """A parcel of the line was withdrawn. Where all that is left was delivered, that counts from its own day on, and is
    told unless the exchange was taken back."""
    line, before = scene.line, scene.line.dispatch
    if before == "delivered":
        return
    await _fall_back(scene)
    delivered = await parcel_repository.last_delivered(scene.session, line)
    of_delivery = replace(scene, at=delivered.delivered_at) if delivered and delivered.delivered_at else scene
    await _sum_up(of_delivery)
    if line.dispatch != "delivered" or line.cover == "returned":
        return
    step: ExchangeStep = "delivery_presumed" if delivered and delivered.is_presumed else "delivered"
    of_delivery.tell(step, "", delivered, of_first=line.type == "repair", partly=False)


async def _is_about(scene: Scene, shipment: Shipment) -> bool:
    """Whether the line is about the unit in the parcel. Where another was chosen since, and has not left, it is about
    this one again, which its holder has."""
    loads = await parcel_repository.loads(scene.session, scene.line)
    held = next(load for load in loads if load.shipment_id == shipment.id)
    others = [load for load in loads if load is not held]
    if held.unit is None or held.code == codes.serial(standing.unit_sent(scene.line) or ""):
        return True
    if any(load.state in ("shipped", "delivered") for load in others) or not await _choose_again(scene, held.unit):
        return False
    await recall(scene)
    return True


async def _fall_back(scene: Scene) -> None:
    """Where all of what the line sends has failed, and a unit that was given up before is at its holder, the line is
    about that one again."""
    if any(state not in machine.FAILED for state in await parcel_repository.states_sent(scene.session, scene.line)):
        return
    for load in await parcel_repository.loads(scene.session, scene.line):
        if load.state == "delivered" and load.unit and await _choose_again(scene, load.unit):
            return


async def _choose_again(scene: Scene, unit: str) -> bool:
    """False where the line is over, or the unit is another line's by now."""
    line, session, code = scene.line, scene.session, codes.serial(unit)
    if line.decision == "closed":
        return False
    if code == codes.serial(line.serial_number):
        give_up_replacement(line)
        return True
    reserved = await repository.reservation(session, line, unit)
    if reserved is None or await units.claimed_by(session, code, line.id) is not None:
        return False
    line.type = "standard_exchange" if line.type == "repair" else line.type
    # What was taken back stays so: this one is to come back.
    line.cover = "in_progress" if line.decision in standing.OPEN and line.cover != "returned" else line.cover
    line.reserved_at = scene.now
    line.replacement_serial_number, line.replacement_reference = unit, reserved["reference"]
    line.replacement_condition, line.replacement_reason = reserved["condition"], ""
    scene.tell("reserved", **reserved)
    return True


def give_up_replacement(line: Exchange) -> None:
    """The first unit goes to its holder, as after a repair: no other takes its place."""
    line.type, line.cover = "repair", "unchanged"
    line.replacement_serial_number = line.replacement_reference = line.replacement_condition = None
    line.replacement_reason, line.reserved_at = "", None


async def may_unpresume(session: AsyncSession, lines: Sequence[Exchange]) -> bool:
    """Not while a line is over, or its unit is exchanged in its turn: then its holder has it."""
    for line in lines:
        if line.decision == "closed" or await units.follower(session, line) is not None:
            return False
    return True


def unpresume(line: Exchange) -> None:
    """The line as it was before its delivery was presumed."""
    if line.cover == "replaced":
        line.cover, line.replaced_on = "in_progress", None
    if line.type == "advance_exchange" and line.return_state in standing.AWAITED:
        line.return_due_on = None
    line.replacement_due_on = None


async def _sum_up(scene: Scene, *, has_left: bool = False) -> None:
    """A line is delivered once all its parcels are that were not lost on the way. ``has_left``: one of them, whatever
    it has in it."""
    line = scene.line
    states = await parcel_repository.states_sent(scene.session, line)
    live = [state for state in states if state not in machine.FAILED]
    if not live:
        line.dispatch = "failed" if await _has_failed(scene) else "none"
    elif all(state == "delivered" for state in live):
        line.dispatch = "delivered"
        await _take_over(scene)
    elif has_left or "shipped" in live or "delivered" in live:
        line.dispatch = "shipped"
    else:
        line.dispatch = "prepared"
    if line.dispatch in ("shipped", "delivered"):
        line.dispatched_at = line.dispatched_at or scene.at


async def _has_failed(scene: Scene) -> bool:
    """Whether anything left for the line that is to be sent again: not what was withdrawn, and of a unit that goes back
    that unit alone."""
    line = scene.line
    loads = await parcel_repository.loads(scene.session, line)
    sent = [load for load in loads if line.type != "repair" or load.code in ("", codes.serial(line.serial_number))]
    return any(load.state in machine.FAILED and load.state != "recalled" for load in sent)


async def _take_over(scene: Scene) -> None:
    """The replacement has the cover from its delivery on, and the faulty unit is due from then."""
    line, day = scene.line, clock.day(scene.at)
    if line.cover == "in_progress":
        line.cover, line.replaced_on = "replaced", day
    if line.return_due_on is None and line.return_state in standing.AWAITED:
        terms = await repository.terms(scene.session)
        line.return_due_on = terms.due_on(day, scene.incident.service_level)


async def bring_back(scene: Scene) -> None:
    """What was sent is to come back: its days count from now where its holder has it, otherwise from its delivery."""
    scene.line.replacement_return = "expected"
    if "delivered" in await parcel_repository.states_sent(scene.session, scene.line):
        await _set_replacement_due(scene)


async def _delivered_too_late(scene: Scene) -> None:
    """What is delivered although its exchange was cancelled or reversed is to come back, too."""
    line = scene.line
    is_taken_back = line.decision == "cancelled" or line.cover == "returned"
    never_came = line.replacement_return == "lost" and line.replacement_due_on is None
    if never_came:
        await repeats.forget(scene.session, line)
    if never_came or (line.replacement_return == "none" and is_taken_back):
        line.replacement_return = "expected"
    if line.replacement_return == "expected" and line.replacement_due_on is None:
        await _set_replacement_due(scene)


def _lost_before_it_came_back(line: Exchange) -> None:
    """A replacement that its carrier lost before the holder got it need not come back. Should it be delivered after
    all, the return is asked for then."""
    if line.replacement_return == "expected" and line.dispatch == "failed" and line.replacement_due_on is None:
        line.replacement_return = "none"


async def _set_replacement_due(scene: Scene) -> None:
    terms = await repository.terms(scene.session)
    scene.line.replacement_due_on = terms.due_on(clock.day(scene.at), scene.incident.service_level)


async def recall(scene: Scene) -> bool:
    """Calls the parcels of a line back that have not been delivered; whether there were any. A box that holds other
    lines, too, goes on to its holder: of it this line's unit is taken out, or comes back once it is there."""
    parcels = await parcel_repository.of_line(scene.session, scene.line.id, "outbound")
    going = [parcel for parcel in parcels if parcel.state in parcel_repository.GOING]
    for parcel in going:
        others = [line for line in await parcel_repository.lines_of(scene.session, parcel) if line.id != scene.line.id]
        if not any(line.decision == "approved" for line in others):
            parcel.state = "recalled"
        elif parcel.state == "prepared":
            await parcel_repository.unload(scene.session, parcel, scene.line)
    if going:
        scene.line.dispatch = "failed"
    return bool(going)

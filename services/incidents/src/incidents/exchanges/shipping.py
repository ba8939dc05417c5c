"""Parcels: prepared for lines of an incident, and what is known of them since, in whatever order it comes. What that
makes of the line is in :mod:`incidents.exchanges.dispatch` for those to its holder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.exchange_steps import Carrier
from api.incidents.shipments import News, OutboundDirection
from events.exchange_words import Direction, ExchangeStep
from incidents.exchanges import (
    addresses,
    carriers,
    dispatch,
    errors,
    machine,
    parcel_errors,
    parcel_repository,
    standing,
    units,
)
from incidents.exchanges.models import Exchange, Shipment
from incidents.exchanges.scene import Scene
from web import clock
from web.text import codes

RETURN_STEPS: dict[News, ExchangeStep] = {
    "shipped": "return_shipped",
    "delivered": "return_delivered",
    "lost": "return_lost",
    "damaged": "return_lost",
}
# What else is known of a replacement on its way back is for SQP alone, and so is its delivery unless that is the first
# news of it.
REPLACEMENT_STEPS: dict[News, ExchangeStep] = {
    "shipped": "replacement_shipped",
    "delivered": "replacement_shipped",
    "lost": "replacement_lost",
    "damaged": "replacement_lost",
}


async def prepare(
    scene: Scene,
    lines: Sequence[Exchange],
    identifier: UUID,
    direction: OutboundDirection,
    parcel: tuple[Carrier | None, str],
    address: dict[str, Any] | None,
    *,
    ships: bool,
    **more: Any,
) -> Shipment:
    """A parcel with its address frozen; ``scene`` is of any of the lines."""
    for line in lines:
        problem = _refusal(line, direction, ships=ships)
        if problem is not None:
            raise problem
        if direction == "outbound":
            await units.require_uncovered(scene.session, scene.incident.contract_number, line, clock.day(scene.now))
    identity = numbered(*parcel)
    await require_one_way(scene.session, scene.incident.number, direction, identity["tracking_number"])
    if await parcel_repository.is_known(scene.session, scene.incident.number, direction, **identity):
        raise parcel_errors.ParcelKnown(parcel=carriers.name(*identity.values()), field="tracking_number")
    if address and direction != "outbound":
        raise parcel_errors.NoAddressBack(field="address")
    to = (address or dict(scene.incident.delivery_address)) if direction == "outbound" else None
    if to is not None and any(line.type == "advance_exchange" for line in lines):
        addresses.require_attended(to)
    shipment = Shipment(
        id=identifier,
        incident_number=scene.incident.number,
        direction=direction,
        **identity,
        state="prepared",
        prepared_at=scene.at,
        address=to,
        **more,
    )
    scene.session.add(shipment)
    await scene.session.flush()
    await parcel_repository.load(scene.session, shipment, lines)
    for line in lines if direction == "outbound" else ():
        line.dispatch = "prepared" if line.dispatch in ("none", "failed") else line.dispatch
        scene.of(line).tell("prepared", parcel=shipment)
    return shipment


def _refusal(line: Exchange, direction: OutboundDirection, *, ships: bool) -> Exception | None:
    if direction == "outbound":
        return machine.outbound_refusal(line, ships=ships)
    return None if standing.is_replacement_awaited(line) else errors.NoReplacementAwaited()


def numbered(carrier: Carrier | None, pasted: str) -> dict[str, Any]:
    return {
        "carrier": carrier or carriers.suggested(pasted),
        "tracking_number": number_in(pasted),
    }


def number_in(pasted: str) -> str:
    """The tracking number in what was pasted; empty if nothing was. Raises NoTrackingNumber for text without one, which
    would otherwise be dropped silently."""
    number = carriers.tracking_number(pasted)
    if pasted and not number:
        raise parcel_errors.NoTrackingNumber(most=carriers.MOST, field="tracking_number")
    return number


async def require_one_way(session: AsyncSession, incident: str, direction: Direction, number: str) -> None:
    """One number is not that of a parcel from SQP and of one to SQP: a carrier's fact would be of both. Raises
    OutboundNumber, ReturnNumber."""
    if await parcel_repository.goes_the_other_way(session, incident, direction, number):
        problem = parcel_errors.ReturnNumber if direction == "outbound" else parcel_errors.OutboundNumber
        raise problem(field="tracking_number")


async def correct(session: AsyncSession, shipment: Shipment, carrier: Carrier | None, pasted: str) -> None:
    """Another carrier or number than was known, until the parcel has arrived. Raises ParcelHasArrived, and as
    :func:`require_one_way`."""
    number = number_in(pasted) or shipment.tracking_number
    is_same = number == shipment.tracking_number
    chosen = carrier or (shipment.carrier if is_same else carriers.suggested(pasted))
    if (number, chosen) == (shipment.tracking_number, shipment.carrier):
        return
    if shipment.state not in parcel_repository.GOING:
        raise parcel_errors.ParcelHasArrived(state=shipment.state, field="tracking_number")
    await require_one_way(session, shipment.incident_number, shipment.direction, number)
    shipment.tracking_number, shipment.carrier = number, chosen


async def record(
    scene: Scene, shipment: Shipment, news: News, note: str = "", *, step: ExchangeStep | None = None
) -> bool:
    """What is known of a parcel now; whether it was news. What was known, or has been overtaken, changes nothing but
    the times that it tells."""
    if news == "shipped":
        shipment.shipped_at = shipment.shipped_at or scene.at
    was_presumed = shipment.is_presumed
    is_late = machine.is_late(shipment.state, news, is_presumed=was_presumed)
    if (is_late and not await _leaves_after_all(scene, shipment, news)) or _is_overtaken(scene, shipment, news):
        return False
    lines = await parcel_repository.lines_of(scene.session, shipment)
    scenes = [scene.of(line) for line in lines]
    if was_presumed and (news == "delivered" or not await dispatch.may_unpresume(scene.session, lines)):
        shipment.is_presumed = news != "delivered"
        shipment.delivered_at = shipment.delivered_at if shipment.is_presumed else scene.at
        for each in scenes:
            each.note("carrier_news", note, shipment, state=news)
        return True
    shipment.state, shipment.is_presumed = news, step == "delivery_presumed"
    if news == "delivered" or was_presumed:
        shipment.delivered_at = scene.at if news == "delivered" else None
    for each in scenes:
        if was_presumed:
            dispatch.unpresume(each.line)
        await _follow(each, shipment, news, note, step)
    return True


async def take_spare_back(scene: Scene, shipment: Shipment, note: str) -> bool:
    """What was delivered beside the unit that took its place is at SQP again; False where it is no such parcel."""
    lines = await parcel_repository.lines_of(scene.session, shipment)
    for line in lines:
        loads = await parcel_repository.loads(scene.session, line)
        if not any(load.shipment_id == shipment.id and standing.is_spare(line, load) for load in loads):
            return False
    shipment.state = "returned_to_sender"
    for line in lines:
        scene.of(line).note("spare_came_back", note, shipment)
        line.version += 1
    return True


async def withdraw(scene: Scene, shipment: Shipment, note: str) -> bool:
    """It was prepared by mistake: its lines go on as if it had never been. As :func:`record`."""
    shipment.state = "recalled"
    for line in await parcel_repository.lines_of(scene.session, shipment):
        each = scene.of(line)
        each.note("parcel_withdrawn", note, shipment)
        # Everybody reads how far the parcel and the line are.
        line.version += 1
        if shipment.direction == "outbound" and line.decision == "approved":
            await dispatch.go_on_without(each)
    return True


async def _leaves_after_all(scene: Scene, shipment: Shipment, news: News) -> bool:
    """It was withdrawn, and a carrier has it: it is what its lines send, where nothing else has left for them since."""
    if (shipment.direction, shipment.state, news) != ("outbound", "recalled", "shipped"):
        return False
    for line in await parcel_repository.lines_of(scene.session, shipment):
        loads = await parcel_repository.loads(scene.session, line)
        held = next(load for load in loads if load.shipment_id == shipment.id)
        is_meant = held.unit is None or held.code == codes.serial(standing.unit_sent(line) or "")
        is_left = line.decision == "approved" and line.cover != "returned" and line.dispatch in standing.NOT_SENT
        if not (is_meant and is_left):
            return False
    return True


def _is_overtaken(scene: Scene, shipment: Shipment, news: News) -> bool:
    """It was said that the parcel was on its way after all, later than this. Its delivery is news even so, once."""
    is_known = news != "delivered" or shipment.delivered_at == scene.at
    return is_known and shipment.sent_again_at is not None and scene.at < shipment.sent_again_at


async def _follow(scene: Scene, shipment: Shipment, news: News, note: str, step: ExchangeStep | None) -> None:
    if shipment.direction == "outbound":
        await dispatch.follow(scene, shipment, news, note, step)
    elif shipment.direction == "return" and news in RETURN_STEPS:
        _on_the_way_back(scene.line, news)
        scene.tell(RETURN_STEPS[news], note, shipment)
    elif shipment.direction == "replacement_return" and standing.is_replacement_awaited(scene.line):
        _replacement_on_the_way_back(scene, shipment, news, note)
    else:
        scene.note("carrier_news", note, shipment, state=news)


def _on_the_way_back(line: Exchange, news: News) -> None:
    if line.return_state not in standing.AWAITED:
        return
    forget_kept_disk(line)
    if news in ("shipped", "delivered"):
        line.return_state = "in_transit"
    elif news in ("lost", "damaged"):
        line.return_state = "lost"


def _replacement_on_the_way_back(scene: Scene, shipment: Shipment, news: News, note: str) -> None:
    is_under_way = scene.line.replacement_return == "in_transit"
    if news in ("shipped", "delivered"):
        scene.line.replacement_return = "in_transit"
    elif news in ("lost", "damaged"):
        scene.line.replacement_return = "lost"
    if news in REPLACEMENT_STEPS and not (news == "delivered" and is_under_way):
        scene.tell(REPLACEMENT_STEPS[news], note, shipment)
    else:
        scene.note("carrier_news", note, shipment, state=news)


def forget_kept_disk(line: Exchange) -> None:
    """What is said of the return since takes the place of it."""
    if line.disk == "kept":
        line.disk = "none"

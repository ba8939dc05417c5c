"""The parcel in which what is awaited comes back: the faulty unit, or the replacement."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from api.incidents.exchange_steps import Carrier
from events.exchange_words import Direction
from incidents.exchanges import parcel_errors, parcel_repository, shipping, standing
from incidents.exchanges.models import Shipment
from incidents.exchanges.scene import Scene


async def parcel_back(scene: Scene, carrier: Carrier | None, pasted: str, another: bool = False) -> Shipment:
    """The parcel that is to bring back what is awaited: the one of this number, or the last that is going, of which
    another number is a correction unless it is of ``another`` parcel; else a new one. Raises OutboundNumber, and
    ParcelCameAlready where what it brought was inspected already."""
    number = shipping.number_in(pasted)
    await shipping.require_one_way(scene.session, scene.incident.number, _direction(scene), number)
    known = [parcel for parcel in await _way_back(scene) if parcel.tracking_number == number != ""]
    parcel = next(iter(known), None)
    if parcel is None and not another:
        parcel = await going_back(scene)
    if parcel is not None:
        if parcel.state == "delivered" and standing.may_come_again(scene.line):
            raise parcel_errors.ParcelCameAlready(field="tracking_number")
        if parcel.state in parcel_repository.GOING:
            await shipping.correct(scene.session, parcel, carrier, pasted)
        return parcel
    parcel = Shipment(
        id=uuid4(),
        incident_number=scene.incident.number,
        direction=_direction(scene),
        **shipping.numbered(carrier, pasted),
        state="prepared",
        prepared_at=scene.at,
    )
    scene.session.add(parcel)
    await scene.session.flush()
    await parcel_repository.load(scene.session, parcel, [scene.line])
    return parcel


async def knows(scene: Scene, pasted: str, another: bool) -> bool:
    """Whether a parcel of this number brings back what is awaited; without a number any does, but for ``another``."""
    number = shipping.number_in(pasted)
    if not number:
        return not another
    return any(parcel.tracking_number == number for parcel in await _way_back(scene))


async def going_back(scene: Scene) -> Shipment | None:
    """The last of them."""
    going = [parcel for parcel in await _way_back(scene) if parcel.state in parcel_repository.GOING]
    return going[-1] if going else None


async def _way_back(scene: Scene) -> Sequence[Shipment]:
    """The parcels of what is awaited."""
    return await parcel_repository.of_line(scene.session, scene.line.id, _direction(scene))


def _direction(scene: Scene) -> Direction:
    return "replacement_return" if standing.is_replacement_awaited(scene.line) else "return"


async def arrived(scene: Scene, direction: Direction) -> None:
    """The line's parcels of this way back are at SQP, whatever their carrier has said."""
    for parcel in await parcel_repository.of_line(scene.session, scene.line.id, direction):
        if parcel.state in parcel_repository.GOING:
            parcel.state, parcel.delivered_at = "delivered", scene.at

"""What the back office sends of a parcel that it has sent before: nothing of it is dropped in silence.

What it leaves out says nothing. Where its parcel goes is settled once it is prepared; whom it goes to, and at which
hours, once it has left; the day on which it is expected changes until it has arrived. No person changes these, so the
back office's last word counts even where it is one that it has said before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from api.incidents.exchanges import ShipmentState
from api.incidents.shipments import ShipmentPut
from incidents.exchanges import parcel_errors, parcel_repository
from incidents.exchanges.models import Shipment
from incidents.exchanges.scene import Scene

_Changing = Literal["contact", "opening_hours", "expected_on"]
# How far the parcel may be while each may still change.
CHANGES_WHILE: Mapping[_Changing, frozenset[ShipmentState]] = {
    "contact": frozenset({"prepared"}),
    "opening_hours": frozenset({"prepared"}),
    "expected_on": parcel_repository.GOING,
}


async def take(scene: Scene, parcel: Shipment, wanted: ShipmentPut, *, is_repeated: bool) -> bool:
    """Changes what may still change of ``parcel``; whether anything did. Raises ShipmentElsewhere, OtherDirection,
    AddressIsFrozen, ParcelIsFixed; what is repeated stands against nothing."""
    lines = await parcel_repository.lines_of(scene.session, parcel)
    _require_same(parcel, wanted, {line.line for line in lines})
    changed = [
        name
        for name in CHANGES_WHILE
        if name in wanted.model_fields_set and getattr(wanted, name) != getattr(parcel, name)
    ]
    fixed = [name for name in changed if parcel.state not in CHANGES_WHILE[name]]
    if fixed and is_repeated:
        changed = [name for name in changed if name not in fixed]
    elif fixed:
        raise parcel_errors.ParcelIsFixed(state=parcel.state, field=fixed[0])
    for name in changed:
        setattr(parcel, name, getattr(wanted, name))
    # Its arrival, or its loss, tells more than when it is expected.
    if "expected_on" in changed and wanted.state in parcel_repository.GOING:
        for line in lines:
            scene.of(line).tell("parcel_expected", "", parcel, eta=wanted.expected_on)
    return bool(changed)


def _require_same(parcel: Shipment, wanted: ShipmentPut, lines: set[int]) -> None:
    if parcel.incident_number != wanted.incident_number:
        raise parcel_errors.ShipmentElsewhere(field="incident_number")
    if lines != set(wanted.lines):
        raise parcel_errors.ShipmentElsewhere(field="lines")
    if "direction" in wanted.model_fields_set and wanted.direction != parcel.direction:
        raise parcel_errors.OtherDirection(field="direction")
    if wanted.address and wanted.address.model_dump() != parcel.address:
        raise parcel_errors.AddressIsFrozen(field="address")

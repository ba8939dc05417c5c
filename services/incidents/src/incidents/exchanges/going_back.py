"""The first unit of an exchange that was reversed goes back to its holder where it is at SQP."""

from __future__ import annotations

from api.incidents.exchanges import ShipmentState
from incidents.exchanges import parcel_repository, repository, standing, units
from incidents.exchanges.scene import Scene

# It never left again, or came back.
AT_SQP: frozenset[ShipmentState | None] = frozenset({None, "returned_to_sender", "refused", "damaged"})


async def send_first_unit(scene: Scene) -> None:
    """By a line of its own, as if it had been repaired: this one goes on until its replacement is back. Not where the
    exchange that it came by was taken back, too."""
    line, session = scene.line, scene.session
    if line.cover != "returned" or line.return_state != "inspected" or line.outcome == "mismatch":
        return
    await session.flush()
    sent = standing.first_unit(line, await parcel_repository.loads(session, line))
    if sent not in AT_SQP or await units.is_exchanged(session, line.serial_number):
        return
    if await units.out_of_use(session, scene.incident.contract_number, line.serial_number) is not None:
        return
    following = await repository.add_line(
        session,
        scene.incident,
        scene.now,
        designation=line.designation,
        serial_number=line.serial_number,
        product_reference=line.product_reference,
        type="repair",
        decision="approved",
        return_state="inspected",
        outcome=line.outcome,
        received_serial_number=line.received_serial_number,
        consequence=line.consequence,
    )
    scene.of(following).tell("unit_goes_back")

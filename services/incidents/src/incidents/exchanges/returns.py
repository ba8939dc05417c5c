"""The way back: label, parcel, more time, arrival, inspection, and what settles a return without one.

Parcel, loss, more time and settlement are of what is awaited: the faulty unit, or the replacement.
"""

from __future__ import annotations

from uuid import UUID

from api.incidents import exchange_steps as steps
from events.exchange_words import ExchangeStep
from incidents import repository as incidents
from incidents.exchanges import errors, going_back, repository, return_errors, return_parcels, shipping, standing
from incidents.exchanges.models import Exchange
from incidents.exchanges.scene import Scene
from web import clock
from web.text import codes


async def send_label(scene: Scene, wanted: steps.SendLabel) -> None:
    """Asks for a statement about the data first, which SQP may do without if it says why."""
    if not wanted.without_statement and not await repository.last_statement(scene.session, scene.incident.number):
        raise errors.NothingStated(field="without_statement")
    line = scene.line
    if line.return_due_on is None and line.dispatch == "delivered":
        terms = await repository.terms(scene.session)
        line.return_due_on = terms.due_on(clock.day(scene.at), scene.incident.service_level)
    parcel = await return_parcels.parcel_back(scene, wanted.carrier, wanted.tracking_number)
    await _await_again(scene)
    parcel.state = "prepared"
    line.return_state = "label_sent"
    shipping.forget_kept_disk(line)
    if wanted.without_statement:
        scene.note("statement_passed_over", wanted.without_statement)
    scene.tell("label_sent", wanted.note, parcel)


async def return_shipped(scene: Scene, wanted: steps.ReturnShipped) -> None:
    """The first time, or again after it was lost, corrected, or to be kept. Of a parcel on its way that is known by
    this number only another note is news."""
    line = scene.line
    another = wanted.another
    is_known = standing.is_under_way(line) and await return_parcels.knows(scene, wanted.tracking_number, another)
    parcel = await return_parcels.parcel_back(scene, wanted.carrier, wanted.tracking_number, another)
    await _await_again(scene)
    if not is_known:
        if parcel.state != "prepared":
            parcel.state, parcel.sent_again_at = "prepared", scene.now
        await shipping.record(scene, parcel, "shipped", wanted.note)
        return
    step: ExchangeStep = "replacement_shipped" if standing.is_replacement_awaited(line) else "return_shipped"
    if wanted.note and not await repository.is_told(scene.session, line, step, wanted.note):
        scene.tell(step, wanted.note, parcel)


async def return_lost(scene: Scene, wanted: steps.ReturnLost) -> None:
    parcel = await return_parcels.going_back(scene)
    if parcel is not None:
        await shipping.record(scene, parcel, "lost", wanted.note)
    elif standing.is_replacement_awaited(scene.line):
        scene.line.replacement_return = "lost"
        scene.tell("replacement_lost", wanted.note)
    else:
        scene.line.return_state = "lost"
        shipping.forget_kept_disk(scene.line)
        scene.tell("return_lost", wanted.note)


async def more_time(scene: Scene, wanted: steps.MoreTime) -> None:
    line, terms = scene.line, await repository.terms(scene.session)
    due_on = standing.due_on(line)
    assert due_on is not None, "machine.refusal has seen to it"
    later = terms.extended(due_on, clock.day(scene.now))
    if standing.is_replacement_awaited(line):
        line.replacement_due_on = later
        line.replacement_extensions += 1
        scene.tell("replacement_extended", wanted.reason, day=later)
    else:
        line.return_due_on = later
        line.return_extensions += 1
        shipping.forget_kept_disk(line)
        scene.tell("return_extended", wanted.reason, day=later)


async def keep_disk(scene: Scene, wanted: steps.KeepDisk) -> None:
    """A statement of the holder: nothing is late until SQP settles the return by it, or refuses it."""
    await _check_certificate(scene, wanted.certificate_file_id)
    if scene.line.return_state == "settled" and wanted.certificate_file_id is None:
        raise errors.NothingAwaited.of(scene.line.return_state)
    scene.line.disk = "kept"
    scene.line.certificate_file_id = wanted.certificate_file_id or scene.line.certificate_file_id
    scene.tell("return_disk_kept", wanted.note, certified=bool(wanted.certificate_file_id))


async def refuse_disk(scene: Scene, wanted: steps.RefuseDisk) -> None:
    """It is to be sent after all, whatever was said before it was to be kept: the days until now were no delay of its
    holder's."""
    line, terms = scene.line, await repository.terms(scene.session)
    line.disk = "refused"
    line.return_state = "expected"
    line.return_due_on = terms.given_again(line.return_due_on, clock.day(scene.now))
    scene.tell("return_disk_refused", wanted.note, day=line.return_due_on)


async def receive(scene: Scene, wanted: steps.Receive) -> None:
    """Another serial number than the expected one is kept beside it, and is for the inspection to judge. After
    another product was found, the right one may still come: it is inspected in its turn."""
    line = scene.line
    await return_parcels.arrived(scene, "return")
    line.return_state, line.outcome = "received", None
    line.received_serial_number = wanted.serial_number
    is_other = wanted.serial_number and _is_other(wanted.serial_number, line)
    # What was found in the product is SQP's to handle, and to tell in its own words.
    scene.tell(
        "return_received", "" if wanted.media_found else wanted.note, found=wanted.serial_number if is_other else ""
    )
    await quarantine(scene, wanted)


async def quarantine(scene: Scene, wanted: steps.Receive) -> bool:
    """Media found in what has arrived, told once; whether it was news."""
    if not wanted.media_found or await repository.is_told(scene.session, scene.line, "quarantined", wanted.note):
        return False
    scene.note("quarantined", wanted.note)
    return True


async def inspect(scene: Scene, wanted: steps.Inspect) -> None:
    """Whether another unit than the expected one was received is judged, and not passed over."""
    line = scene.line
    found = line.received_serial_number
    if found and wanted.outcome != "mismatch" and not wanted.note and _is_other(found, line):
        raise return_errors.OtherUnitReceived(found=found, expected=line.serial_number, field="note")
    line.return_state = "inspected"
    line.outcome = wanted.outcome
    line.missing = list(wanted.missing)
    note = "\n".join(part for part in (", ".join(wanted.missing), wanted.note) if part)
    scene.tell("return_inspected", note, outcome=wanted.outcome)
    await going_back.send_first_unit(scene)


async def settle(scene: Scene, wanted: steps.Settle) -> None:
    await _check_certificate(scene, wanted.certificate_file_id)
    line = scene.line
    line.certificate_file_id = wanted.certificate_file_id or line.certificate_file_id
    note = "\n".join(part for part in (wanted.reference, wanted.note) if part)
    if standing.is_replacement_awaited(line):
        line.replacement_return = "settled"
        line.replacement_outcome = wanted.outcome
        scene.tell("replacement_settled", note, outcome=wanted.outcome)
    else:
        line.return_state = "settled"
        line.outcome = wanted.outcome
        line.invoice_reference = wanted.reference
        scene.tell("return_settled", note, outcome=wanted.outcome)


async def _await_again(scene: Scene) -> None:
    """What was wrong or missing at the inspection, or got lost, is to come after all, in the days of an extension."""
    line = scene.line
    got_lost = standing.is_return_awaited(line) and line.return_state == "lost"
    if standing.may_come_again(line) or got_lost:
        terms = await repository.terms(scene.session)
        line.return_state, line.outcome, line.missing = "expected", None, []
        line.return_due_on = terms.given_again(line.return_due_on, clock.day(scene.now))


def _is_other(serial: str, line: Exchange) -> bool:
    return codes.serial(serial) != codes.serial(line.serial_number)


async def _check_certificate(scene: Scene, file_id: UUID | None) -> None:
    """All parties of the exchange read it: it is one of the declaration's files."""
    if file_id is None:
        return
    attached = await incidents.shown_attachment(scene.session, scene.incident.number, file_id)
    if attached is None or attached.scope != "declaration":
        raise errors.UnknownCertificate(field="certificate_file_id")

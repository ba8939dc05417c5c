"""What SQP decides about a line: approval, replacement, reversal, end, and the claim to the maker."""

from __future__ import annotations

from api.incidents import exchange_steps as steps
from events.exchange_words import ExchangeType
from incidents.exchanges import (
    dispatch,
    errors,
    going_back,
    machine,
    parcel_repository,
    repository,
    return_errors,
    return_parcels,
    standing,
    units,
)
from incidents.exchanges.scene import Scene
from incidents.promises import repository as promises
from incidents.promises import rule
from incidents.promises.terms import promises_next_day
from incidents.service import changes
from web import clock
from web.text import codes


async def approve(scene: Scene, wanted: steps.Approve) -> None:
    """The incident goes on to ``exchange``. Overdue returns may stand against it, or that the product is on no contract
    any more since it was asked for."""
    contract, serial = scene.incident.contract_number, scene.line.serial_number
    await units.require_in_use(scene.session, contract, serial, clock.day(scene.now), "serial_number")
    scene.line.type = wanted.type or scene.line.type
    if wanted.despite_overdue:
        scene.note("overdue_passed_over", wanted.despite_overdue)
    else:
        await _check_overdue(scene, scene.line.type)
    await _approve(scene, wanted.note)


async def _approve(scene: Scene, note: str) -> None:
    """What follows if the return is late is settled here, and once for all."""
    line = scene.line
    terms = await repository.terms(scene.session)
    line.decision = "approved"
    line.consequence = terms.overdue
    line.cover = "in_progress" if line.type in standing.REPLACES else "unchanged"
    line.return_state = "expected" if line.type in standing.RETURNS else "not_required"
    if line.type in standing.RETURNS and line.type != "advance_exchange":
        line.return_due_on = terms.due_on(clock.day(scene.at), scene.incident.service_level)
    scene.tell("approved", note, type=line.type)
    await changes.go_on_to_exchange(scene.session, scene.incident, scene.by, scene.at)


async def _check_overdue(scene: Scene, wanted: ExchangeType) -> None:
    """Each overdue return stands for what was in force when it was approved; the strictest decides."""
    count = await repository.count_overdue(scene.session, scene.line.reseller_id, clock.day(scene.now))
    if "refused" in count:
        raise return_errors.ExchangesStopped(count=count["refused"], field="despite_overdue")
    if "standard" in count and wanted == "advance_exchange":
        raise return_errors.OverdueReturns(count=count["standard"], field="despite_overdue")


async def reject(scene: Scene, wanted: steps.Reject) -> None:
    scene.line.decision = "rejected"
    scene.tell("rejected", wanted.note)


async def cancel(scene: Scene, wanted: steps.Cancel) -> None:
    """Parcels under way are called back, and what has left is to come back."""
    line = scene.line
    has_left = line.dispatch == "shipped"
    recalled = await dispatch.recall(scene)
    line.decision = "cancelled"
    line.cover = "unchanged"
    if line.return_state in standing.AWAITED:
        line.return_state, line.return_due_on = "not_required", None
    if has_left:
        await dispatch.bring_back(scene)
    scene.tell("recalled" if recalled else "cancelled", wanted.note)


async def reserve(scene: Scene, wanted: steps.Reserve) -> None:
    """A unit that is covered, promised to another, or faulty itself replaces nothing."""
    line, code = scene.line, codes.serial(wanted.serial_number)
    reference = wanted.product_reference or line.product_reference
    if code == codes.serial(line.serial_number):
        raise errors.ReplacementIsFaulty(serial=wanted.serial_number, field="serial_number")
    if reference != line.product_reference and not wanted.reason:
        raise errors.SubstituteNeedsReason(reference=reference, wanted=line.product_reference, field="reason")
    await units.lock(scene.session, code)
    covering = await units.covering(scene.session, code, clock.day(scene.now))
    if covering is not None and code != codes.serial(line.replacement_serial_number or ""):
        raise errors.ReplacementIsCovered(serial=wanted.serial_number, number=covering, field="serial_number")
    other = await units.claimed_by(scene.session, code, line.id)
    if other is not None:
        raise errors.ReplacementIsTaken(
            serial=wanted.serial_number, number=other.incident_number, field="serial_number"
        )
    if code != codes.serial(line.replacement_serial_number or ""):
        line.reserved_at = scene.now
        if line.cover == "replaced" and line.replacement_code:
            # It is in service, and about to be another.
            await units.uncover(scene.session, scene.incident.contract_number, line.replacement_code)
    if standing.is_repair_lost(line):
        line.type, line.cover = "standard_exchange", "in_progress"
        scene.tell("approved", type=line.type)
    line.replacement_serial_number = wanted.serial_number
    line.replacement_reference = reference
    line.replacement_condition = wanted.condition
    line.replacement_reason = wanted.reason
    line.stock_expected_on = None
    await parcel_repository.relabel(scene.session, line)
    scene.tell("reserved", wanted.reason, serial=wanted.serial_number, reference=reference, condition=wanted.condition)


async def out_of_stock(scene: Scene, wanted: steps.OutOfStock) -> None:
    if wanted.expected_on < clock.day(scene.now):
        raise errors.ExpectedInThePast(day=f"{wanted.expected_on:%d/%m/%Y}", field="expected_on")
    scene.line.stock_expected_on = wanted.expected_on
    scene.tell("out_of_stock", wanted.note, day=wanted.expected_on)


async def reverse(scene: Scene, wanted: steps.Reverse) -> None:
    """The holder keeps the first unit, where it has not been sent back yet, and returns the replacement. Where the
    first unit is at SQP and nothing has left for it, it goes back like one that was repaired."""
    line = scene.line
    if standing.is_unit_here(line):
        await dispatch.recall(scene)
        line.dispatch, line.stock_expected_on = "none", None
        dispatch.give_up_replacement(line)
        scene.tell("unit_goes_back", wanted.note, reason=wanted.reason)
        return
    line.cover = "returned"
    if line.return_state in standing.AWAITED:
        line.return_state, line.return_due_on = "not_required", None
    await dispatch.bring_back(scene)
    scene.tell("reversed", wanted.note, reason=wanted.reason)
    await going_back.send_first_unit(scene)


async def receive_replacement(scene: Scene, wanted: steps.ReceiveReplacement) -> None:
    """No inspection follows: another unit than the replacement is judged here, and not passed over."""
    found, expected = wanted.serial_number or "", scene.line.replacement_serial_number or ""
    is_other = bool(found) and codes.serial(found) != codes.serial(expected)
    if is_other and not wanted.note:
        raise return_errors.OtherReplacementReceived(found=found, expected=expected, field="note")
    await return_parcels.arrived(scene, "replacement_return")
    scene.line.replacement_return = "received"
    scene.tell("replacement_received", wanted.note, found=found if is_other else "")


async def replacement_dead(scene: Scene, wanted: steps.ReplacementDead) -> None:
    """A line of its own exchanges the replacement; the first unit stays due under its own line, once."""
    dead, session = scene.line, scene.session
    assert dead.replacement_serial_number is not None, "what was delivered has a serial number"
    await units.require_no_open(session, dead.replacement_serial_number, scene.by)
    reference = dead.replacement_reference or dead.product_reference
    line = await repository.add_line(
        session,
        scene.incident,
        scene.now,
        origin_line=dead.line,
        designation=dead.designation if reference == dead.product_reference else reference,
        serial_number=dead.replacement_serial_number,
        product_reference=reference,
        type=dead.type,
    )
    if promises_next_day(scene.incident.service_level):
        terms = await promises.terms(session)
        line.promised_on = rule.window(scene.now, terms.cutoff, terms.days).dispatch_on
    scene.tell("replacement_dead", wanted.note, line=line.line)
    following = scene.of(line)
    following.tell("requested", wanted.note, type=line.type)
    await _approve(following, "")


async def close(scene: Scene, wanted: steps.Close) -> None:
    line = scene.line
    line.decision = "closed"
    if line.type == "credit":
        await units.uncover(scene.session, scene.incident.contract_number, line.serial_code)
        line.cover, line.replaced_on = "credited", clock.day(scene.at)
    scene.tell("credited" if line.type == "credit" else "closed", wanted.note)


async def claim(scene: Scene, wanted: steps.ClaimToMaker) -> None:
    line = scene.line
    if wanted.state not in machine.CLAIM_FOLLOWS[line.claim_state]:
        raise errors.ClaimIsOver
    line.claim_state = wanted.state
    line.claim_number = wanted.maker_number or line.claim_number
    line.claim_due_on = wanted.due_on or line.claim_due_on
    scene.note(machine.CLAIM_STEPS[wanted.state], wanted.note, number=line.claim_number)

"""The order of work on exchange lines: a request, a step, a statement. The incident's row is locked first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import exchange_steps as steps
from chassis import audit
from events.incidents import Actor
from incidents import following
from incidents.exchanges import (
    decisions,
    errors,
    machine,
    parcel_repository,
    repeats,
    repository,
    return_errors,
    returns,
    standing,
    units,
)
from incidents.exchanges.labels import STATEMENT_VERSION
from incidents.exchanges.models import Exchange, Statement
from incidents.exchanges.scene import Scene
from incidents.models import Incident
from incidents.service.loading import for_change
from incidents.states import OPEN
from web import clock
from web.errors import Problem
from web.http.preconditions import Precondition
from web.text import codes

Handler = Callable[[Scene, Any], Awaitable[None]]

HANDLERS: Mapping[steps.StepName, Handler] = {
    "approve": decisions.approve,
    "reject": decisions.reject,
    "cancel": decisions.cancel,
    "reserve": decisions.reserve,
    "out_of_stock": decisions.out_of_stock,
    "send_label": returns.send_label,
    "return_shipped": returns.return_shipped,
    "return_lost": returns.return_lost,
    "more_time": returns.more_time,
    "keep_disk": returns.keep_disk,
    "refuse_disk": returns.refuse_disk,
    "receive": returns.receive,
    "inspect": returns.inspect,
    "settle": returns.settle,
    "reverse": decisions.reverse,
    "receive_replacement": decisions.receive_replacement,
    "replacement_dead": decisions.replacement_dead,
    "close": decisions.close,
    "claim": decisions.claim,
}


async def request(session: AsyncSession, number: str, wanted: steps.ExchangeCreate, by: Actor) -> Exchange:
    """Asks for an exchange of a declared product; SQP approves it at once where it says so."""
    incident = await for_change(session, number, by)
    incident.require_apart()
    if incident.status not in OPEN:
        raise errors.IncidentNotOpen(number=number)
    if wanted.approve and by.organisation_kind != "sqp":
        raise errors.StepNotYours
    article = _declared(incident, wanted.serial_number)
    await units.require_no_open(session, wanted.serial_number, by)
    now = clock.now()
    contract, serial = incident.contract_number, wanted.serial_number
    await units.require_in_use(session, contract, serial, clock.day(now), "serial_number")
    line = await repository.add_line(
        session,
        incident,
        now,
        designation=article["designation"],
        serial_number=article["serial_number"],
        product_reference=article["product_reference"],
        type=wanted.type,
    )
    scene = Scene(session, incident, line, by, now, now)
    scene.tell("requested", wanted.note, type=line.type)
    if wanted.approve:
        await decisions.approve(scene, steps.Approve(step="approve", despite_overdue=wanted.despite_overdue))
    await following.follow(session, incident, now)
    audit.name(session, f"{number} · {line.serial_number}")
    return line


async def take(
    session: AsyncSession,
    number: str,
    line_number: int,
    wanted: steps.Step,
    by: Actor,
    precondition: Precondition | None,
) -> tuple[Exchange, bool]:
    """One step on a line; whether it was known. Without ``precondition`` (the back office) a repeated step changes
    nothing."""
    incident = await for_change(session, number, by)
    line = await line_of(session, number, line_number)
    if not machine.may(by.organisation_kind, wanted.step):
        raise errors.StepNotYours
    audit.name(session, f"{number} · {line.serial_number} · {wanted.step}")
    if precondition is None and await repeats.is_reported(session, wanted, line):
        audit.skip(session)
        return line, True
    return line, not await perform(session, incident, line, wanted, by, precondition)


async def perform(
    session: AsyncSession,
    incident: Incident,
    line: Exchange,
    wanted: steps.Step,
    by: Actor,
    precondition: Precondition | None,
) -> bool:
    """Of a locked incident; whether it was news. What is refused now is told before that the page is out of date."""
    now = clock.now()
    scene = Scene(session, incident, line, by, now, now)
    if precondition is None and await repeats.is_repeated(session, wanted, line):
        is_news = wanted.step == "receive" and await returns.quarantine(scene, wanted)
        if not is_news:
            audit.skip(session)
        return is_news
    raise_any(machine.refusal(wanted.step, line))
    if isinstance(wanted, steps.WayBackStep) and wanted.of not in (None, standing.way_back(line)):
        raise return_errors.OtherWayBack(field="of")
    if wanted.step in machine.OF_REPLACEMENT_IN_USE:
        await _require_last(session, line)
    if wanted.step == "reverse" and standing.first_unit(line, await parcel_repository.loads(session, line)) == "lost":
        raise return_errors.FirstUnitLost
    if wanted.step in machine.OF_OPEN_INCIDENTS and incident.status not in OPEN:
        raise errors.IncidentNotOpen(number=incident.number)
    if precondition is not None:
        precondition.check(line.version)
    before = line.return_state
    await HANDLERS[wanted.step](scene, wanted)
    await session.flush()
    await repeats.follow(session, line, wanted, before)
    await following.follow(session, incident, now)
    return True


async def state(session: AsyncSession, number: str, wanted: steps.Statement, by: Actor) -> None:
    """What the holder states before a product leaves. It replaces nothing that was stated before; the same again says
    nothing new."""
    incident = await for_change(session, number, by)
    incident.require_going()
    stated = Statement(
        incident_number=number,
        at=clock.now(),
        user_id=by.user_id,
        user_name=by.name,
        organisation_kind=by.organisation_kind,
        text_version=STATEMENT_VERSION,
        answers=wanted.model_dump(),
    )
    last = await repository.last_statement(session, number)
    if last is None or not last.says_the_same(stated):
        session.add(stated)


async def _require_last(session: AsyncSession, line: Exchange) -> None:
    """Raises ReplacementIsExchanged, or ReplacementWasExchanged where that is over."""
    last = await units.follower(session, line)
    if last is None:
        return
    problem = (
        return_errors.ReplacementWasExchanged if last.decision == "closed" else return_errors.ReplacementIsExchanged
    )
    raise problem(number=last.incident_number, line=last.line)


async def line_of(session: AsyncSession, number: str, line: int) -> Exchange:
    found = await repository.line(session, number, line)
    if found is None:
        raise errors.ExchangeNotFound
    return found


def _declared(incident: Incident, serial: str) -> dict[str, str]:
    code = codes.serial(serial)
    article = next((each for each in incident.articles if codes.serial(each["serial_number"]) == code), None)
    if article is None:
        raise errors.SerialNotDeclared(serial=serial, number=incident.number, field="serial_number")
    return article


def raise_any(problem: Problem | None) -> None:
    if problem is not None:
        raise problem

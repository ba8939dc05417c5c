"""Answers to a reminder of a return, by the link in its e-mail and without log-in. Opening the link changes nothing."""

from __future__ import annotations

from typing import get_args

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents import exchange_answers as schemas
from api.incidents.exchange_steps import StepName
from chassis.sql import AnyRow
from events.incidents import Actor
from incidents.exchanges import choices, errors, labels, machine, queries, repository, service, standing, ways_back
from incidents.exchanges.models import Exchange
from incidents.exchanges.terms import Terms
from web import clock
from web.auth import opaque
from web.i18n import Language

# The link identifies no person: anyone at the reseller or client who has the mail may answer.
HOLDER = Actor(user_id=None, organisation_id=None, organisation_kind=None, name="Réponse par e-mail")


async def look(reader: AsyncConnection, token: str, language: Language) -> schemas.ReturnQuestion:
    """What is asked, and which answers it still takes. Raises LinkNotGood."""
    exchange_id = await repository.good_link(reader, opaque.digest(token), clock.now())
    row = await queries.line(reader, exchange_id) if exchange_id else None
    if row is None:
        raise errors.LinkNotGood
    return _question(row, await repository.terms(reader), language)


async def answer(session: AsyncSession, token: str, wanted: schemas.HolderStep) -> None:
    """Raises LinkNotGood; what the line does not take leaves the link good for another answer."""
    exchange_id = await repository.take_link(session, opaque.digest(token), clock.now())
    line = await session.get(Exchange, exchange_id) if exchange_id else None
    incident = await repository.locked_incident(session, line.incident_number) if line else None
    if line is None or incident is None:
        raise errors.LinkNotGood
    await session.refresh(line)
    if not standing.is_anything_awaited(line):
        raise errors.NothingAwaited.of(line.return_state)
    await service.perform(session, incident, line, wanted, HOLDER, None)


def _question(line: AnyRow, terms: Terms, language: Language) -> schemas.ReturnQuestion:
    of_replacement = standing.is_replacement_awaited(line)
    is_asked, may_be_late = standing.is_anything_awaited(line), standing.may_be_late(line)
    taken = [
        step
        for step in get_args(StepName)
        if is_asked and step in machine.OF_HOLDERS and machine.refusal(step, line) is None
    ]
    return schemas.ReturnQuestion(
        incident_number=line.incident_number,
        line=line.line,
        is_awaited=is_asked,
        of_replacement=of_replacement,
        designation="" if of_replacement else line.designation,
        product_reference=(line.replacement_reference if of_replacement else None) or line.product_reference,
        serial_number=(line.replacement_serial_number or "") if of_replacement else line.serial_number,
        label=ways_back.replacement_label(line, language) if of_replacement else ways_back.return_label(line, language),
        due_on=line.due_on if may_be_late else None,
        is_overdue=ways_back.is_overdue(line),
        extension_days=terms.extension_days,
        consequence=labels.CONSEQUENCE[line.consequence][language] if may_be_late else "",
        address=terms.return_address,
        carriers=choices.carriers(language),
        actions=taken,
    )

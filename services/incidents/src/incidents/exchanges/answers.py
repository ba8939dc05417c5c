"""Answers to a reminder of a return, by the link in its e-mail and without log-in. Opening the link changes nothing."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents import exchange_answers as schemas
from events.incidents import Actor
from incidents.exchanges import errors, queries, repository, service, standing, views
from incidents.exchanges.models import Exchange
from web import clock
from web.auth import opaque
from web.i18n import Language

# Whoever holds the mail answers: a person of the reseller's or of the client's.
HOLDER = Actor(user_id=None, organisation_id=None, organisation_kind=None, name="Réponse par e-mail")


async def look(reader: AsyncConnection, token: str, language: Language) -> schemas.ReturnQuestion:
    """What is asked, and which answers it still takes. Raises LinkNotGood."""
    exchange_id = await repository.good_link(reader, opaque.digest(token), clock.now())
    row = await queries.line(reader, exchange_id) if exchange_id else None
    if row is None:
        raise errors.LinkNotGood
    return views.question(row, await repository.terms(reader), language)


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

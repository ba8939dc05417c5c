"""What SQP's administrators set of exchanges. Every change is a revision, and what was told before stays."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.exchange_settings import ExchangeSettingsPatch
from chassis import audit
from events.incidents import Actor
from incidents.exchanges import repository
from incidents.exchanges.models import ExchangeTerms
from incidents.exchanges.terms import Terms
from web import clock
from web.http.preconditions import Precondition


async def change(session: AsyncSession, wanted: ExchangeSettingsPatch, by: Actor, precondition: Precondition) -> Terms:
    """For what begins from now on. What stays as it is makes no revision."""
    terms = await repository.locked_terms(session)
    precondition.check(terms.revision)
    values = wanted.model_dump(exclude_none=True)
    if wanted.by_service_level is not None:
        values["by_service_level"] = {each.service_level: each.return_days for each in wanted.by_service_level}
    changed = replace(terms, **values)
    if changed == terms:
        audit.skip(session)
        return terms
    audit.name(session, f"{changed.return_days} · {changed.overdue}")
    revised = replace(changed, revision=terms.revision + 1)
    session.add(ExchangeTerms.of(revised, by, clock.now()))
    return revised

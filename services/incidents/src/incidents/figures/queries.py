"""The SQL of figures: counts that an index answers alone, of what is open or of a month, whatever there was before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents.figures import FirstAnswer
from api.incidents.promises import PromiseState
from chassis.http import paging
from chassis.sql import AnyRow
from incidents.access import visible
from incidents.exchanges import queries as exchanges
from incidents.exchanges.models import Exchange
from incidents.figures import narrowing
from incidents.figures.narrowing import IS_OPEN
from incidents.models import Incident, Organisation
from web.auth.principal import Principal

DAYS = 30
MOST_RESELLERS = 15


async def open_by_age(reader: AsyncConnection, principal: Principal, today: date) -> Sequence[AnyRow]:
    """``status``, ``kind`` (the age), ``counted``."""
    kind = case(*((clause, age) for age, clause in narrowing.ages(today).items())).label("kind")
    query = select(Incident.status, kind, func.count().label("counted")).where(IS_OPEN, visible(Incident, principal))
    return (await reader.execute(query.group_by(Incident.status, kind))).all()


async def stages(reader: AsyncConnection, principal: Principal, today: date) -> dict[Any, int]:
    """Lines of exchanges that go on."""
    return await exchanges.going_counts(reader, exchanges.counted(principal, "", None), today)


async def answers(reader: AsyncConnection, today: date) -> dict[FirstAnswer, int]:
    return await _by_kind(
        reader, narrowing.first_answer(), narrowing.declared_within(DAYS, today), get_args(FirstAnswer)
    )


async def promises(reader: AsyncConnection, today: date) -> dict[PromiseState, int]:
    return await _by_kind(
        reader, narrowing.promise_state(today), narrowing.promised_within(DAYS, today), get_args(PromiseState)
    )


async def _by_kind(
    reader: AsyncConnection, kind: ColumnElement[str], within: ColumnElement[bool], kinds: Sequence[Any]
) -> dict[Any, int]:
    """As far as lists count."""
    named = kind.label("kind")
    query = select(named, func.count()).where(within).group_by(named)
    counted = {kind: min(count, paging.EXACT_TOTAL + 1) for kind, count in (await reader.execute(query)).all()}
    return {name: counted.get(name, 0) for name in kinds}


async def resellers(reader: AsyncConnection, today: date) -> Sequence[AnyRow]:
    """Those with most open incidents: ``reseller_id``, ``name``, ``open``, ``overdue`` returns."""
    most = (
        select(Incident.reseller_id, func.count().label("open"))
        .where(IS_OPEN)
        .group_by(Incident.reseller_id)
        .order_by(func.count().desc(), Incident.reseller_id)
        .limit(MOST_RESELLERS)
        .subquery("most")
    )
    named = select(Organisation.name).where(Organisation.id == most.c.reseller_id).scalar_subquery()
    declared = select(Incident.reseller_name).where(Incident.reseller_id == most.c.reseller_id).limit(1)
    overdue = select(func.count()).where(
        exchanges.in_stage("overdue", today), Exchange.reseller_id == most.c.reseller_id
    )
    query = select(
        most.c.reseller_id,
        func.coalesce(named, declared.scalar_subquery()).label("name"),
        most.c.open,
        overdue.scalar_subquery().label("overdue"),
    )
    return sorted((await reader.execute(query)).all(), key=lambda row: (-row.open, row.name))

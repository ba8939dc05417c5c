"""What is read of the units under contracts. Columns, never entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import case, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.sql import AnyRow
from contracts.access import visible
from contracts.hardware.models import Replacement
from contracts.models import Article, Contract
from web.auth.principal import Principal

# A serial number such as "0" is on more contracts than are worth looking through.
MOST = 20


async def of_contracts(reader: AsyncConnection, numbers: Sequence[str]) -> Mapping[str, Sequence[AnyRow]]:
    """The exchanges of these contracts that moved cover, or are to."""
    query = select(Replacement.__table__).where(Replacement.contract_number.in_(numbers))
    found = defaultdict(list)
    for row in (await reader.execute(query.where(Replacement.cover != "unchanged"))).all():
        found[row.contract_number].append(row)
    return found


async def holding(reader: AsyncConnection, code: str, on: date, principal: Principal) -> Sequence[AnyRow]:
    """Visible contracts that have, had or will have the unit with this code: in force that day, else ended, else to
    start."""
    articles = select(Article.contract_number).where(Article.serial_code == code)
    moves = select(Replacement.contract_number).where(
        Replacement.cover != "unchanged", or_(Replacement.serial_code == code, Replacement.replacement_code == code)
    )
    rank = case((Contract.warranty_ends_on < on, 1), (Contract.starts_on > on, 2), else_=0)
    query = (
        select(Contract.number, Contract.serial_number, Contract.starts_on, Contract.warranty_ends_on)
        .where(
            visible(principal),
            or_(Contract.serial_code == code, Contract.number.in_(articles), Contract.number.in_(moves)),
        )
        .order_by(rank, Contract.warranty_ends_on.desc())
        .limit(MOST)
    )
    return (await reader.execute(query)).all()


async def registered(reader: AsyncConnection, numbers: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The serial numbers that the contracts name, their own first."""
    own = select(Contract.number, Contract.serial_number, literal(-1).label("position"))
    articles = select(Article.contract_number, Article.serial_number, Article.position)
    named = union_all(own.where(Contract.number.in_(numbers)), articles.where(Article.contract_number.in_(numbers)))
    found = defaultdict(list)
    for number, serial, _ in (await reader.execute(named.order_by("position"))).all():
        found[number].append(serial)
    return found

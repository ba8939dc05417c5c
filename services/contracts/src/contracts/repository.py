"""The SQL of contracts: loading for a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, CompoundSelect, Text, and_, any_, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from chassis.locks import one_at_a_time
from contracts.hardware.models import Replacement
from contracts.models import Article, Contract, Extension, ExtensionOffer, Organisation
from events import OrganisationKind
from web.text import codes
from web.text.folding import searchable

SEEDED = ("id", "kind", "code", "name", "email", "phone", "reseller_id")
WHOLE = (
    selectinload(Contract.articles),
    selectinload(Contract.extensions),
    selectinload(Contract.replacements),
)


async def find_for_change(session: AsyncSession, number: str) -> Contract | None:
    """The contract with all its parts, by its number in any notation; its row locked, and its number while it is none.

    Of two that were registered before case and zeros stopped counting, the one in this notation.
    """
    code = codes.number(number)
    await one_at_a_time(session, f"contract {code}")
    query = select(Contract).where(Contract.number_code == code).order_by((Contract.number == number).desc()).limit(1)
    return await session.scalar(query.options(*WHOLE).with_for_update(key_share=True))


async def find_all_for_change(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Contract]]:
    """As :func:`find_for_change`, of several, by the numbers' one form."""
    wanted = sorted({codes.number(number) for number in numbers})
    await one_at_a_time(session, *(f"contract {code}" for code in wanted))
    query = select(Contract).where(Contract.number_code.in_(wanted)).order_by(Contract.number)
    found: dict[str, list[Contract]] = {}
    for contract in await session.scalars(query.options(*WHOLE).with_for_update(key_share=True)):
        found.setdefault(contract.number_code, []).append(contract)
    return found


async def holders(session: AsyncSession, units: Iterable[str]) -> Mapping[str, set[str]]:
    """The numbers of the contracts that have, had or may have each of the units with these codes."""
    wanted = any_(literal(list(units), ARRAY(Text)))
    named: CompoundSelect[str, str] = union_all(
        select(Contract.serial_code, Contract.number).where(Contract.serial_code == wanted),
        select(Article.serial_code, Article.contract_number).where(Article.serial_code == wanted),
        select(Replacement.serial_code, Replacement.contract_number).where(Replacement.serial_code == wanted),
        select(Replacement.replacement_code, Replacement.contract_number).where(Replacement.replacement_code == wanted),
    )
    found = defaultdict(set)
    for code, number in await session.execute(named):
        found[code].add(number)
    return found


async def to_settle(session: AsyncSession, held: Sequence[set[str]]) -> Sequence[Contract]:
    """Those of contracts, by unit, of which one may follow another, did so, or has what was paid back; locked."""
    shared = set().union(*(numbers for numbers in held if len(numbers) > 1))
    credited = select(Replacement.contract_number).where(Replacement.cover == "credited")
    is_concerned = or_(Contract.number.in_(shared), Contract.followers != {}, Contract.number.in_(credited))
    query = select(Contract).where(Contract.number.in_(set().union(*held)), is_concerned).options(*WHOLE)
    return (await session.scalars(query.order_by(Contract.number).with_for_update(key_share=True))).all()


async def whole(session: AsyncSession, numbers: Iterable[str]) -> Sequence[Contract]:
    """To be read alone."""
    return (await session.scalars(select(Contract).where(Contract.number.in_(numbers)).options(*WHOLE))).all()


async def replacements(session: AsyncSession, numbers: Iterable[str]) -> dict[str, list[Replacement]]:
    """Told before their contracts were registered."""
    found: dict[str, list[Replacement]] = {}
    for each in await session.scalars(select(Replacement).where(Replacement.contract_number.in_(list(numbers)))):
        found.setdefault(each.contract_number, []).append(each)
    return found


async def reload_replacements(session: AsyncSession, contract: Contract) -> None:
    """After one of them was written by a statement."""
    query = select(Replacement).where(Replacement.contract_number == contract.number)
    rows = (await session.scalars(query.execution_options(populate_existing=True))).all()
    set_committed_value(contract, "replacements", list(rows))


async def sharing(session: AsyncSession, contract: Contract, exchange_id: UUID) -> Sequence[str]:
    """The numbers of the other contracts that have this exchange, and of those of its client that may cover a unit that
    ``contract`` has exchanges of."""
    units = {code for row in contract.replacements for code in (row.serial_code, row.replacement_code) if code}
    articles = select(Article.contract_number).where(Article.serial_code.in_(units))
    moved = select(Replacement.contract_number).where(Replacement.replacement_code.in_(units))
    covers = or_(Contract.serial_code.in_(units), Contract.number.in_(articles), Contract.number.in_(moved))
    # What a contract once followed it follows to the end, whoever is its client by now.
    following = select(Replacement.contract_number).where(Replacement.exchange_id == exchange_id)
    query = select(Contract.number).where(
        or_(and_(_of_same_client(contract), covers), Contract.number.in_(following)), Contract.number != contract.number
    )
    return (await session.scalars(query.order_by(Contract.number))).all()


def _of_same_client(contract: Contract) -> ColumnElement[bool]:
    """None for a contract without client: it is then unknown which organisation has its units."""
    return and_(
        Contract.reseller_id == contract.reseller_id,
        Contract.client_id == contract.client_id,
        Contract.client_id.is_not(None),
    )


async def held_by(session: AsyncSession, client_id: UUID) -> Sequence[Contract]:
    query = select(Contract).where(Contract.client_id == client_id).options(*WHOLE)
    return (await session.scalars(query.order_by(Contract.number).with_for_update(key_share=True))).all()


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    return await session.get(Organisation, identifier)


async def parties(
    session: AsyncSession, kind: OrganisationKind, named: Mapping[str, Organisation]
) -> tuple[dict[str, list[Organisation]], set[UUID]]:
    """The organisations of these codes, locked against what identity tells of them meanwhile, and the ids of those that
    are new: they are added as they are ``named``. A code from before case stopped counting may have several."""
    query = select(Organisation).where(Organisation.kind == kind, func.upper(Organisation.code).in_(named))
    query = query.order_by(Organisation.id).with_for_update(key_share=True)
    found = (await session.scalars(query)).all()
    missing = [named[code] for code in named.keys() - {each.code.upper() for each in found}]
    added: set[UUID] = set()
    if missing:
        rows = [
            {"search_text": searchable([each.name])} | {column: getattr(each, column) for column in SEEDED}
            for each in sorted(missing, key=lambda each: each.id)
        ]
        adding = insert(Organisation).values(rows).on_conflict_do_nothing(index_elements=["id"])
        added = set((await session.scalars(adding.returning(Organisation.id))).all())
        found = (await session.scalars(query)).all()
    by_code: dict[str, list[Organisation]] = {}
    for each in found:
        by_code.setdefault(each.code.upper(), []).append(each)
    return by_code, added


async def offer(session: AsyncSession, sku: str) -> ExtensionOffer | None:
    """By its SKU in any case; one that was entered in exactly this one comes first."""
    query = select(ExtensionOffer).where(func.upper(ExtensionOffer.sku) == codes.code(sku))
    return await session.scalar(query.order_by((ExtensionOffer.sku == sku).desc()).limit(1))


async def extension_by_order(session: AsyncSession, order_id: str) -> Extension | None:
    return await session.scalar(select(Extension).where(Extension.order_id == order_id))

"""Which contract goes on with the cover of another: a renewal may be sold as a contract of its own.

Any change of either may make or undo it. So each change enqueues a job, which looks at all contracts that have one of
its units, in whatever order they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from contracts import repository, tasks
from contracts.cover import EXPIRING_DAYS
from contracts.hardware.queries import MOST
from contracts.models import Contract
from web.text import codes

# One that begins later was not sold as a renewal.
GAP = timedelta(days=EXPIRING_DAYS)


def changed(session: AsyncSession, units: Iterable[str]) -> None:
    """Of a contract with these units, before or after."""
    outbox.add_job(session, tasks.SETTLE, units=sorted(units))


async def settle(session: AsyncSession, units: list[str]) -> None:
    held = await repository.holders(session, units)
    # A serial number such as "0" is no unit.
    few = [numbers for numbers in held.values() if len(numbers) <= MOST]
    contracts = await repository.to_settle(session, few)
    more = await repository.holders(session, set().union(*(contract.units for contract in contracts)))
    others = set().union(*more.values()) - {contract.number for contract in contracts}
    by_unit = _by_unit([*contracts, *await repository.whole(session, others)])
    for contract in contracts:
        contract.followers = _followers(contract, by_unit)
        contract.refresh_search_columns()


def _by_unit(contracts: Sequence[Contract]) -> Mapping[str, list[Contract]]:
    found = defaultdict(list)
    for contract in contracts:
        for code in _covered(contract):
            found[code].append(contract)
    return found


def _followers(contract: Contract, by_unit: Mapping[str, Sequence[Contract]]) -> dict[str, str]:
    found = {}
    for code in _covered(contract):
        after = [each for each in by_unit[code] if _goes_on(each, contract)]
        if after:
            found[code] = min(after, key=lambda each: (each.starts_on, each.number)).number
    return found


def _covered(contract: Contract) -> set[str]:
    return {codes.serial(product.serial_number) for product in contract.products if product.credited is None}


def _goes_on(other: Contract, contract: Contract) -> bool:
    """Whether ``other`` is of the same client and covers, after the end of ``contract``, what both have."""
    is_of_same = (other.reseller_id, other.client_id) == (contract.reseller_id, contract.client_id)
    is_after = other.starts_on - GAP <= contract.warranty_ends_on < other.warranty_ends_on
    return contract.client_id is not None and is_of_same and is_after

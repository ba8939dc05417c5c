"""Exchanges that count on a contract because another of its client's covers the same unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from chassis.projections import upsert
from contracts.errors import CreditedSince, ExchangedSince
from contracts.hardware import following
from contracts.hardware.models import Replacement
from contracts.models import Contract
from web.text import codes


class Holder(NamedTuple):
    reseller_id: UUID
    client_id: UUID


class Exchanges:
    """Those of contracts that have one of a unit which is to be registered; by contract, with who holds it."""

    def __init__(self, session: AsyncSession, known: dict[str, tuple[Holder, list[Replacement]]]) -> None:
        self._session = session
        self._known = known
        self._followed: list[Replacement] = []

    @classmethod
    async def load(cls, session: AsyncSession, serials: set[str]) -> Self:
        units = {codes.serial(serial) for serial in serials}
        is_of_unit = or_(Replacement.serial_code.in_(units), Replacement.replacement_code.in_(units))
        query = select(Replacement, Contract.reseller_id, Contract.client_id).join(
            Contract, Contract.number == Replacement.contract_number
        )
        numbers = select(Replacement.contract_number).where(is_of_unit)
        known: dict[str, tuple[Holder, list[Replacement]]] = {}
        for row, reseller_id, client_id in await session.execute(query.where(Replacement.contract_number.in_(numbers))):
            # Of a contract without client, nobody is known to hold its units.
            if client_id is not None:
                known.setdefault(row.contract_number, (Holder(reseller_id, client_id), []))[1].append(row)
        return cls(session, known)

    def missing(self, contract: Contract, registered: Sequence[str], holder: Holder | None) -> list[Replacement]:
        """Of the units ``registered``, what ``contract`` does not have. A unit that has been replaced is no product of
        a new registration, nor is one that was paid back: raises ExchangedSince or CreditedSince, except of those that
        the contract covers."""
        units = {codes.serial(serial) for serial in registered}
        here = {each.exchange_id for each in contract.replacements}
        elsewhere = {
            row.exchange_id: row
            for number, (of, rows) in self._known.items()
            if number != contract.number and of == holder and any(units & following.units_of(row) for row in rows)
            for row in rows
            if row.exchange_id not in here
        }
        if not elsewhere:
            return []
        found = following.shared(registered, elsewhere.values())
        covered = {code for product in contract.products for code in product.units} if contract.serial_number else set()
        for serial in registered:
            product = following.follow(serial, found)
            if codes.serial(serial) in covered:
                continue
            if product.credited is not None:
                raise CreditedSince(serial=product.serial_number, incident=product.credited.incident_number)
            if codes.serial(product.serial_number) != codes.serial(serial):
                last = product.history[-1]
                raise ExchangedSince(serial=serial, incident=last.incident_number, unit=product.serial_number)
        return found

    def follow(self, contract: Contract, missing: Sequence[Replacement]) -> None:
        """From now on the contract has them, too: they are stored by :meth:`store`."""
        followed = []
        for row in missing:
            copy = Replacement(**row.told, contract_number=contract.number, version=row.version)
            # The database computes them.
            for column in ("serial_code", "replacement_code"):
                set_committed_value(copy, column, getattr(row, column))
            followed.append(copy)
        self._followed += followed
        if followed:
            set_committed_value(contract, "replacements", [*contract.replacements, *followed])
            contract.refresh_search_columns()
        if contract.replacements and contract.client_id is not None:
            holder = Holder(contract.reseller_id, contract.client_id)
            self._known[contract.number] = holder, contract.replacements
        else:
            self._known.pop(contract.number, None)

    async def store(self) -> None:
        for row in self._followed:
            values = row.told | {"contract_number": row.contract_number}
            await upsert(self._session, Replacement, values, row.version)

"""Contracts are registered or replaced, one or many in a transaction, by the same rules: what they need of the database
is loaded at once, each is judged in memory, and all are written at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

import events
from api import contracts as schemas
from contracts import event_mapper, feed, repository, successions
from contracts.errors import ClientOfAnotherReseller, ExchangedSince, ExchangeUnderWay, ResellerChanged
from contracts.hardware import following
from contracts.hardware.models import Replacement
from contracts.hardware.sharing import Exchanges, Holder
from contracts.models import Article, Contract, Organisation
from events import OrganisationKind
from web.text import codes
from web.text.folding import searchable

Wanted = tuple[str, schemas.ContractPut]
Outcome = Literal["created", "changed", "unchanged"]
Party = schemas.ResellerPut | schemas.ClientPut
ByCode = dict[str, list[Organisation]]


class Registering:
    """:meth:`load` what is to be registered, each number once; :meth:`put` each; :meth:`store` what was not refused."""

    def __init__(
        self,
        session: AsyncSession,
        contracts: dict[str, list[Contract]],
        replacements: dict[str, list[Replacement]],
        exchanges: Exchanges,
        parties: Mapping[OrganisationKind, ByCode],
        added: set[UUID],
    ) -> None:
        self._session = session
        self._contracts = contracts
        self._replacements = replacements
        self._exchanges = exchanges
        self._parties = parties
        # New organisations that no contract has yet: they go again where all that name them are refused.
        self._unclaimed = added
        # Of the new clients, whose they have become.
        self.owners: dict[str, UUID] = {}
        # Of what was registered, before and after.
        self._units: set[str] = set()

    @classmethod
    async def load(
        cls, session: AsyncSession, wanted: Sequence[Wanted], owners: Mapping[str, UUID] | None = None
    ) -> Self:
        """``owners``: the resellers of clients that are not stored, by code: of a dry run, where an earlier part of it
        would have stored them."""
        owners = owners or {}
        # Before the contracts, as what identity tells of an organisation locks it and then its contracts.
        named = {body.reseller.code: _organisation("reseller", body.reseller, None) for _, body in wanted}
        resellers, added = await repository.parties(session, "reseller", named)
        named = {
            body.client.code: _organisation("client", body.client, owners.get(body.client.code))
            for _, body in wanted
            if body.client is not None
        }
        clients, more = await repository.parties(session, "client", named) if named else ({}, set())
        contracts = await repository.find_all_for_change(session, [number for number, _ in wanted])
        new = {codes.number(number) for number, _ in wanted} - contracts.keys()
        replacements = await repository.replacements(session, new) if new else {}
        exchanges = await Exchanges.load(session, {serial for _, body in wanted for serial in _serials(body)})
        claimed = {clients[code][0].id for code in owners.keys() & clients.keys()}
        by_kind: dict[OrganisationKind, ByCode] = {"reseller": resellers, "client": clients}
        return cls(session, contracts, replacements, exchanges, by_kind, (added | more) - claimed)

    def put(self, number: str, wanted: schemas.ContractPut) -> tuple[Contract, Outcome]:
        """Registers or replaces; equal content changes and tells nothing. What is refused changes nothing: raises
        ClientOfAnotherReseller, ExchangedSince, ExchangeUnderWay, ResellerChanged, CoverEndsTooLate."""
        known = self._known(number)
        contract = known or self._new(number)
        reseller = self._party("reseller", wanted.reseller.code, contract.reseller_id)
        client = self._party("client", wanted.client.code, contract.client_id) if wanted.client else None
        if client and client.id not in self._unclaimed and client.reseller_id not in (None, reseller.id):
            raise ClientOfAnotherReseller(client=client.code)
        if known is not None and _same(known, wanted):
            self._claim(reseller, client, wanted)
            return known, "unchanged"
        if known is not None:
            _refuse_unknown_units(known, wanted)
            if known.reseller_id != reseller.id:
                raise ResellerChanged(number=known.number, reseller=known.parties["reseller"]["code"])
        contract.cover_until(wanted.warranty_ends_on)
        client_id = client.id if client else known.client_id if known is not None and known.is_given else None
        holder = Holder(reseller.id, client_id) if client_id else None
        missing = self._exchanges.missing(contract, _serials(wanted), holder)
        self._claim(reseller, client, wanted)
        if known is not None:
            self._units |= known.units
        _fill(contract, wanted, reseller, client)
        self._exchanges.follow(contract, missing)
        self._units |= contract.units
        if known is None:
            self._session.add(contract)
            feed.tell(self._session, event_mapper.registered(contract))
            return contract, "created"
        contract.version += 1
        feed.tell(self._session, event_mapper.changed(contract))
        return contract, "changed"

    async def store(self) -> None:
        for parties in self._parties.values():
            for each in [each for found in parties.values() for each in found if each.id in self._unclaimed]:
                await self._session.delete(each)
        if self._units:
            successions.changed(self._session, self._units)
        await self._session.flush()
        await self._exchanges.store()

    def _known(self, number: str) -> Contract | None:
        """Of two that were registered before case and zeros stopped counting, the one in this notation."""
        found = self._contracts.get(codes.number(number), [])
        return min(found, key=lambda each: each.number != number, default=None)

    def _new(self, number: str) -> Contract:
        contract = Contract(number=codes.number(number), version=1, articles=[], extensions=[], followers={})
        set_committed_value(contract, "replacements", self._replacements.get(contract.number, []))
        return contract

    def _party(self, kind: OrganisationKind, code: str, held: UUID | None) -> Organisation:
        """``held`` is the one to answer where several have the code."""
        return min(self._parties[kind][code], key=lambda each: (each.id != held, each.code != code))

    def _claim(self, reseller: Organisation, client: Organisation | None, wanted: schemas.ContractPut) -> None:
        _refresh(reseller, wanted.reseller)
        if client is not None and wanted.client is not None:
            if client.id in self._unclaimed:
                client.reseller_id = self.owners[client.code] = reseller.id
            _refresh(client, wanted.client)
        self._unclaimed -= {reseller.id, client.id if client else reseller.id}


def _organisation(kind: OrganisationKind, party: Party, reseller_id: UUID | None) -> Organisation:
    return Organisation(
        id=events.organisation_id(kind, party.code),
        kind=kind,
        code=party.code,
        name=party.name,
        email=party.email,
        phone=party.phone,
        reseller_id=reseller_id,
    )


def _refresh(seed: Organisation, party: Party) -> None:
    """Never what identity has told."""
    if seed.version == 0:
        seed.name, seed.email, seed.phone = party.name, party.email, party.phone
        seed.search_text = searchable([party.name])


def _serials(wanted: schemas.ContractPut) -> list[str]:
    return [wanted.serial_number, *(article.serial_number for article in wanted.articles)]


def _refuse_unknown_units(contract: Contract, wanted: schemas.ContractPut) -> None:
    product = following.dropped(contract.products, _serials(wanted))
    if product is None:
        return
    if product.going is not None:
        raise ExchangeUnderWay(serial=product.serial_number, incident=product.going.incident_number)
    last = product.history[-1]
    raise ExchangedSince(serial=last.serial_number, incident=last.incident_number, unit=product.serial_number)


def _fill(contract: Contract, wanted: schemas.ContractPut, reseller: Organisation, client: Organisation | None) -> None:
    contract.reseller_id = reseller.id
    contract.product_reference = wanted.product_reference
    contract.serial_number = wanted.serial_number
    contract.starts_on = wanted.starts_on
    contract.base_ends_on = wanted.warranty_ends_on
    contract.service_level = wanted.service_level
    contract.parties = _parties(wanted, contract)
    if client is not None or not contract.is_given:
        contract.client_id = client.id if client else None
        contract.client_name = client.name if client else None
    contract.articles = [Article(position=i, **a.model_dump()) for i, a in enumerate(wanted.articles)]
    contract.refresh_search_columns()


def _parties(wanted: schemas.ContractPut, contract: Contract) -> dict[str, object]:
    """A client that a person gave the contract to stays until the back office names one."""
    named = wanted.model_dump(mode="json", include={"reseller", "client"})
    is_kept = wanted.client is None and contract.parties is not None and contract.is_given
    return {**named, "client": contract.parties["client"], "is_given": True} if is_kept else named


def _same(contract: Contract, wanted: schemas.ContractPut) -> bool:
    """Whether ``wanted`` says what the contract already holds."""
    held = {
        "product_reference": contract.product_reference,
        "serial_number": contract.serial_number,
        "starts_on": contract.starts_on,
        "warranty_ends_on": contract.base_ends_on,
        "service_level": contract.service_level,
        "articles": [_plain(article) for article in contract.articles],
    }
    return held == wanted.model_dump(include=set(held)) and contract.parties == _parties(wanted, contract)


def _plain(article: Article) -> dict[str, str]:
    return {name: getattr(article, name) for name in schemas.ArticlePut.model_fields}

"""The order of work when contracts change."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api import contracts as schemas
from chassis import audit
from chassis.locks import one_at_a_time
from chassis.projections import upsert
from contracts import access, event_mapper, feed, repository
from contracts.errors import (
    ClientOfAnotherReseller,
    ContractNotFound,
    ExchangedSince,
    ExchangeUnderWay,
    HeldAlready,
    OfferDoesNotApply,
    OrderUsedElsewhere,
    ResellerChanged,
    UnknownClient,
    UnknownOffer,
)
from contracts.hardware import following
from contracts.hardware.models import Replacement
from contracts.models import Article, Contract, Extension, ExtensionOffer, Organisation, Product
from contracts.renewals import service as renewals
from events import OrganisationKind
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition
from web.text import codes


async def put_contract(session: AsyncSession, number: str, wanted: schemas.ContractPut) -> tuple[Contract, bool]:
    """Registers or replaces; answers the contract and whether it is new. Equal content changes and tells nothing."""
    contract = await repository.find_for_change(session, number)
    parties = await _seed_parties(session, wanted, contract)
    if contract is None:
        contract = Contract(number=codes.number(number), articles=[], extensions=[])
        await repository.reload_replacements(session, contract)
        await _fill(session, contract, wanted, parties)
        await _follow_exchanges(session, contract, set())
        session.add(contract)
        await session.flush()
        feed.tell(session, event_mapper.registered(contract))
        return contract, True
    if _same(contract, wanted):
        audit.skip(session)
        return contract, False
    _refuse_unknown_units(contract, wanted)
    known = {code for product in contract.products for code in product.units}
    await _fill(session, contract, wanted, parties)
    await _follow_exchanges(session, contract, known)
    contract.version += 1
    feed.tell(session, event_mapper.changed(contract))
    return contract, False


def _refuse_unknown_units(contract: Contract, wanted: schemas.ContractPut) -> None:
    registered = [wanted.serial_number, *(article.serial_number for article in wanted.articles)]
    product = following.dropped(contract.products, registered)
    if product is None:
        return
    if product.going is not None:
        raise ExchangeUnderWay(serial=product.serial_number, incident=product.going.incident_number)
    last = product.history[-1]
    raise ExchangedSince(serial=last.serial_number, incident=last.incident_number, unit=product.serial_number)


async def _follow_exchanges(session: AsyncSession, contract: Contract, known: set[str]) -> None:
    """Of its units, by incidents of the client's other contracts. A unit that has been replaced is no product of a new
    registration: raises ExchangedSince, except of the ``known``."""
    elsewhere = await repository.exchanged_elsewhere(session, contract)
    here = {each.exchange_id for each in contract.replacements}
    missing = following.shared(
        contract.registered, {e.exchange_id: e for e in elsewhere if e.exchange_id not in here}.values()
    )
    for serial in contract.registered:
        product = following.follow(serial, missing)
        if codes.serial(serial) not in known and codes.serial(product.serial_number) != codes.serial(serial):
            last = product.history[-1]
            raise ExchangedSince(serial=serial, incident=last.incident_number, unit=product.serial_number)
    for row in missing:
        await upsert(session, Replacement, row.told | {"contract_number": contract.number}, row.version)
    if missing:
        await repository.reload_replacements(session, contract)
        contract.refresh_search_columns()


async def give(
    session: AsyncSession, number: str, client_id: UUID, principal: Principal, precondition: Precondition
) -> Contract:
    """A contract without client, to a client of its reseller. To the client that has it, nothing changes."""
    contract = await repository.find_for_change(session, number)
    if contract is None or not access.may_give(principal, contract):
        raise ContractNotFound(number=number)
    if contract.client_id == client_id:
        audit.skip(session)
        return contract
    if contract.client_id is not None:
        raise HeldAlready(number=contract.number, client=contract.client_name)
    precondition.check(contract.version)
    client = await repository.organisation(session, client_id)
    if client is None or client.kind != "client" or client.reseller_id != contract.reseller_id:
        raise UnknownClient(field="client_id")
    contract.give(client)
    feed.tell(session, event_mapper.changed(contract, given_by=principal.user_id))
    audit.record(
        session,
        "contract.give",
        organisation_id=contract.reseller_id,
        subject=contract.number,
        by=principal,
        client=str(client_id),
    )
    return contract


async def extend(session: AsyncSession, number: str, wanted: schemas.ExtensionCreate) -> tuple[Contract, bool]:
    """Adds the extension that the shop sold; a repeated order changes nothing. Answers whether it was new."""
    contract = await repository.find_for_change(session, number)
    if contract is None:
        raise ContractNotFound(number=number)
    await one_at_a_time(session, f"order {wanted.order_id}")
    known = await repository.extension_by_order(session, wanted.order_id)
    if known is not None:
        if known.contract_number != contract.number:
            raise OrderUsedElsewhere(order_id=wanted.order_id, field="order_id")
        return contract, False
    offer = await _applicable_offer(session, contract, wanted.sku)
    previous = contract.extend(
        Extension(
            order_id=wanted.order_id,
            sku=offer.sku,
            label=offer.label,
            months=offer.months,
            ordered_at=wanted.ordered_at or clock.now(),
        )
    )
    await renewals.order(session, contract, previous, wanted.order_id)
    feed.tell(session, event_mapper.extended(contract, previous))
    return contract, True


async def withdraw(session: AsyncSession, number: str, order_id: str) -> Contract:
    """Takes back an extension that was ordered by mistake; one that is not there any more changes nothing.

    The order may be entered again, on the contract that it belongs to.
    """
    contract = await repository.find_for_change(session, number)
    if contract is None:
        raise ContractNotFound(number=number)
    known = await repository.extension_by_order(session, order_id)
    if known is None:
        return contract
    if known.contract_number != contract.number:
        raise OrderUsedElsewhere(order_id=order_id)
    contract.withdraw(known)
    await renewals.reopen(session, order_id)
    feed.tell(session, event_mapper.changed(contract, withdrawn_order_id=order_id))
    return contract


async def put_offer(session: AsyncSession, sku: str, wanted: schemas.OfferPut) -> ExtensionOffer:
    """A SKU in another case is the same offer, which keeps the case it was first entered in."""
    await one_at_a_time(session, f"offer {codes.code(sku)}")
    offer = await repository.offer(session, sku) or ExtensionOffer(sku=sku)
    for name, value in wanted.model_dump().items():
        setattr(offer, name, value)
    session.add(offer)
    return offer


async def put_product(session: AsyncSession, reference: str, wanted: schemas.ProductPut) -> None:
    values = wanted.model_dump()
    statement = insert(Product).values(reference=reference, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["reference"], set_=values))


async def _applicable_offer(session: AsyncSession, contract: Contract, sku: str) -> ExtensionOffer:
    offer = await repository.offer(session, sku)
    if offer is None:
        raise UnknownOffer(sku=sku)
    if offer.applies_to_product_reference not in repository.references(contract):
        raise OfferDoesNotApply(sku=sku, number=contract.number)
    return offer


Parties = tuple[UUID, UUID | None]


async def _seed_parties(session: AsyncSession, wanted: schemas.ContractPut, of: Contract | None) -> Parties:
    """The ids of reseller and client, both known from then on."""
    reseller = wanted.reseller
    held = of.reseller_id if of else None
    reseller_id = await repository.organisation_id(session, "reseller", reseller.code, held)
    await repository.seed(session, _organisation(reseller_id, "reseller", reseller, None))
    if wanted.client is None:
        return reseller_id, of.client_id if of and of.is_given else None
    held = of.client_id if of else None
    client_id = await repository.organisation_id(session, "client", wanted.client.code, held)
    await repository.seed(session, _organisation(client_id, "client", wanted.client, reseller_id))
    known = await repository.organisation(session, client_id)
    if known is not None and known.reseller_id not in (None, reseller_id):
        raise ClientOfAnotherReseller(client=wanted.client.code)
    return reseller_id, client_id


def _organisation(
    identifier: UUID,
    kind: OrganisationKind,
    party: schemas.ResellerPut | schemas.ClientPut,
    reseller_id: UUID | None,
) -> Organisation:
    return Organisation(
        id=identifier,
        kind=kind,
        code=party.code,
        name=party.name,
        email=party.email,
        phone=party.phone,
        reseller_id=reseller_id,
    )


async def _fill(session: AsyncSession, contract: Contract, wanted: schemas.ContractPut, parties: Parties) -> None:
    reseller_id, client_id = parties
    if contract.reseller_id not in (None, reseller_id):
        raise ResellerChanged(number=contract.number, reseller=contract.parties["reseller"]["code"])
    contract.reseller_id = reseller_id
    contract.client_id = client_id
    client = await repository.organisation(session, client_id) if client_id else None
    contract.client_name = client.name if client else None
    contract.product_reference = wanted.product_reference
    contract.serial_number = wanted.serial_number
    contract.starts_on = wanted.starts_on
    contract.base_ends_on = wanted.warranty_ends_on
    contract.service_level = wanted.service_level
    contract.parties = _parties(wanted, contract)
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

"""The order of work when contracts change."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api import contracts as schemas
from chassis import audit
from chassis.locks import one_at_a_time
from contracts import access, event_mapper, feed, repository, successions
from contracts.errors import (
    ContractNotFound,
    HeldAlready,
    NothingToExtend,
    OfferDoesNotApply,
    OrderUsedElsewhere,
    UnknownClient,
    UnknownOffer,
)
from contracts.models import Contract, Extension, ExtensionOffer, Product
from contracts.registering import Registering
from contracts.renewals import service as renewals
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition
from web.text import codes


async def put_contract(session: AsyncSession, number: str, wanted: schemas.ContractPut) -> tuple[Contract, bool]:
    """Registers or replaces; answers the contract and whether it is new. Equal content changes and tells nothing."""
    registering = await Registering.load(session, [(number, wanted)])
    contract, outcome = registering.put(number, wanted)
    await registering.store()
    if outcome == "unchanged":
        audit.skip(session)
    return contract, outcome == "created"


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
    successions.changed(session, contract.units)
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
    successions.changed(session, contract.units)
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
    successions.changed(session, contract.units)
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
    applies_to = offer.applies_to_product_reference
    if applies_to not in contract.references:
        raise OfferDoesNotApply(sku=sku, number=contract.number)
    products = zip(contract.references, contract.products, strict=True)
    if contract.credited_on or all(product.credited for reference, product in products if reference == applies_to):
        raise NothingToExtend(sku=sku, number=contract.number)
    return offer

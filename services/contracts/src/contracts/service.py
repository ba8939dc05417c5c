"""The order of work when contracts change."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.messaging import outbox
from contracts import repository, schemas
from contracts.errors import (
    ClientOfAnotherReseller,
    ContractNotFound,
    OfferDoesNotApply,
    OrderUsedElsewhere,
    ResellerChanged,
    UnknownOffer,
)
from contracts.models import Article, Contract, Extension, ExtensionOffer, Organisation, Product
from contracts.telling import state_of_contract
from events import organisation_id
from events.contracts import ContractChanged, ContractExtended, ContractRegistered
from events.identity import OrganisationChanged


async def put_contract(session: AsyncSession, number: str, wanted: schemas.ContractPut) -> tuple[Contract, bool]:
    """Registers or replaces; answers the contract and whether it is new. Equal content changes and tells nothing."""
    await _seed_parties(session, wanted)
    contract = await repository.find_for_change(session, number)
    if contract is None:
        contract = Contract(number=number, articles=[], extensions=[])
        await _fill(session, contract, wanted)
        session.add(contract)
        await session.flush()
        outbox.add(session, ContractRegistered(**state_of_contract(contract)))
        return contract, True
    if _same(contract, wanted):
        return contract, False
    await _fill(session, contract, wanted)
    contract.version += 1
    outbox.add(session, ContractChanged(**state_of_contract(contract)))
    return contract, False


async def extend(session: AsyncSession, number: str, wanted: schemas.ExtensionCreate) -> tuple[Contract, bool]:
    """Adds the extension that the shop sold; a repeated order changes nothing. Answers whether it was new."""
    contract = await repository.find_for_change(session, number)
    if contract is None:
        raise ContractNotFound(number=number)
    known = await repository.extension_by_order(session, wanted.order_id)
    if known is not None:
        if known.contract_number != number:
            raise OrderUsedElsewhere(order_id=wanted.order_id)
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
    outbox.add(session, ContractExtended(**state_of_contract(contract), previous_warranty_ends_on=previous))
    return contract, True


async def put_offer(session: AsyncSession, sku: str, wanted: schemas.OfferPut) -> None:
    values = wanted.model_dump()
    statement = insert(ExtensionOffer).values(sku=sku, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["sku"], set_=values))


async def put_product(session: AsyncSession, reference: str, wanted: schemas.ProductPut) -> None:
    values = wanted.model_dump()
    statement = insert(Product).values(reference=reference, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["reference"], set_=values))


async def learn_organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    """Identity's names replace the seeds, on the contracts' copies too."""
    if not await repository.learn(session, event) or event.kind != "client":
        return
    for contract in await repository.held_by(session, event.organisation_id):
        contract.client_name = event.name
        contract.settle()


async def _applicable_offer(session: AsyncSession, contract: Contract, sku: str) -> ExtensionOffer:
    offer = await repository.offer(session, sku)
    if offer is None:
        raise UnknownOffer(sku=sku)
    if offer.applies_to_product_reference not in repository.references(contract):
        raise OfferDoesNotApply(sku=sku, number=contract.number)
    return offer


async def _seed_parties(session: AsyncSession, wanted: schemas.ContractPut) -> None:
    reseller = wanted.reseller
    reseller_id = organisation_id("reseller", reseller.code)
    await repository.seed(session, _organisation("reseller", reseller, None))
    if wanted.client is None:
        return
    await repository.seed(session, _organisation("client", wanted.client, reseller_id))
    known = await repository.organisation(session, organisation_id("client", wanted.client.code))
    if known is not None and known.reseller_id not in (None, reseller_id):
        raise ClientOfAnotherReseller(client=wanted.client.code)


def _organisation(kind: str, party: schemas.ResellerPut | schemas.ClientPut, reseller_id: object) -> Organisation:
    identifier = organisation_id("reseller" if kind == "reseller" else "client", party.code)
    return Organisation(
        id=identifier,
        kind=kind,
        code=party.code,
        name=party.name,
        email=party.email,
        phone=party.phone,
        reseller_id=reseller_id,
    )


async def _fill(session: AsyncSession, contract: Contract, wanted: schemas.ContractPut) -> None:
    reseller_id = organisation_id("reseller", wanted.reseller.code)
    if contract.reseller_id not in (None, reseller_id):
        raise ResellerChanged(number=contract.number, reseller=contract.parties["reseller"]["code"])
    contract.reseller_id = reseller_id
    contract.client_id = organisation_id("client", wanted.client.code) if wanted.client else None
    client = await repository.organisation(session, contract.client_id) if contract.client_id else None
    contract.client_name = client.name if client else None
    contract.product_reference = wanted.product_reference
    contract.serial_number = wanted.serial_number
    contract.starts_on = wanted.starts_on
    contract.base_ends_on = wanted.warranty_ends_on
    contract.service_level = wanted.service_level
    contract.parties = _parties(wanted)
    contract.articles = [Article(position=i, **a.model_dump()) for i, a in enumerate(wanted.articles)]
    contract.settle()


def _parties(wanted: schemas.ContractPut) -> dict[str, object]:
    return wanted.model_dump(mode="json", include={"reseller", "client"})


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
    return held == wanted.model_dump(include=set(held)) and contract.parties == _parties(wanted)


def _plain(article: Article) -> dict[str, str]:
    return {name: getattr(article, name) for name in schemas.ArticlePut.model_fields}

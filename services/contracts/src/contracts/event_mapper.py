"""From a contract to the events that this service publishes."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from contracts.hardware.following import Product
from contracts.hardware.models import Replacement
from contracts.models import Article, Contract, Extension
from events import Address
from events import contracts as facts
from events.exchange_words import Cover


class State(TypedDict):
    """The fields that the events share, so that the type checker compares them with the event classes."""

    version: int
    number: str
    product_reference: str
    serial_number: str
    reseller: facts.Party
    client: facts.Party | None
    starts_on: date
    warranty_ends_on: date
    service_level: str
    articles: list[facts.Article]
    extensions: list[facts.Extension]
    former_serial_numbers: list[str]
    credited_serial_numbers: list[str]


def registered(contract: Contract) -> facts.ContractRegistered:
    return facts.ContractRegistered(**_state(contract))


def changed(
    contract: Contract,
    *,
    given_by: UUID | None = None,
    withdrawn_order_id: str | None = None,
    moved_by: Replacement | None = None,
) -> facts.ContractChanged:
    return facts.ContractChanged(
        **_state(contract),
        given_by=given_by,
        withdrawn_order_id=withdrawn_order_id,
        cover_moved=_cover_moved(moved_by) if moved_by else None,
    )


def extended(contract: Contract, previous_end: date) -> facts.ContractExtended:
    return facts.ContractExtended(**_state(contract), previous_warranty_ends_on=previous_end)


def expiring(
    contract: Contract, days_left: int, threshold: int, order_until: date | None = None
) -> facts.ContractExpiring:
    """The warning about ``order_until`` where it is given, else the reminder at ``threshold`` days."""
    return facts.ContractExpiring(
        **_state(contract),
        days_left=days_left,
        threshold=threshold,
        reminder="order" if order_until else "end",
        order_until=order_until,
    )


def _state(contract: Contract) -> State:
    product, *of_articles = contract.products
    # A contract without articles is one article of its own reference.
    own = contract.product_reference if contract.articles else product.reference or contract.product_reference
    return State(
        version=contract.version,
        number=contract.number,
        product_reference=own,
        serial_number=product.serial_number,
        reseller=_party(contract.reseller_id, contract.parties["reseller"]),
        client=_party(contract.client_id, contract.parties["client"]) if contract.client_id else None,
        starts_on=contract.starts_on,
        warranty_ends_on=contract.warranty_ends_on,
        service_level=contract.service_level,
        articles=[_article(*each) for each in zip(contract.articles, of_articles, strict=True)],
        extensions=[_extension(extension) for extension in contract.extensions],
        former_serial_numbers=contract.former_serials,
        credited_serial_numbers=[unit.serial_number for unit in contract.products if unit.credited],
    )


def _cover_moved(by: Replacement) -> facts.CoverMoved:
    steps: dict[Cover, facts.CoverStep] = {"in_progress": "in_progress", "replaced": "moved", "credited": "credited"}
    return facts.CoverMoved(
        exchange_id=by.exchange_id,
        incident_number=by.incident_number,
        serial_number=by.serial_number,
        replacement_serial_number=by.replacement_serial_number,
        step=steps.get(by.cover, "returned"),
        replaced_on=by.replaced_on,
    )


def _party(identifier: UUID, named: dict[str, Any]) -> facts.Party:
    """``named``: the party as the back office named it, see :attr:`contracts.models.Contract.parties`."""
    return facts.Party(
        organisation_id=identifier,
        code=named["code"],
        name=named["name"],
        email=named["email"],
        phone=named["phone"],
        address=Address.model_validate(named["address"]) if named.get("address") else None,
    )


def _article(article: Article, product: Product) -> facts.Article:
    reference = product.reference or article.product_reference
    return facts.Article(
        designation=article.designation if reference == article.product_reference else reference,
        product_reference=reference,
        serial_number=product.serial_number,
        specification_url=article.specification_url,
        picture_url=article.picture_url,
    )


def _extension(extension: Extension) -> facts.Extension:
    return facts.Extension(
        sku=extension.sku, label=extension.label, months=extension.months, ordered_at=extension.ordered_at
    )

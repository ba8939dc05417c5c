"""A contract in the published language."""

from __future__ import annotations

from typing import Any

from contracts.models import Contract
from events import Address, OrganisationKind, organisation_id
from events import contracts as facts


def state_of_contract(contract: Contract) -> dict[str, Any]:
    """The fields of :class:`events.contracts.ContractState` for ``contract``."""
    return {
        "version": contract.version,
        "number": contract.number,
        "product_reference": contract.product_reference,
        "serial_number": contract.serial_number,
        "reseller": _party("reseller", contract.parties["reseller"]),
        "client": _party("client", contract.parties["client"]) if contract.parties["client"] else None,
        "starts_on": contract.starts_on,
        "warranty_ends_on": contract.warranty_ends_on,
        "service_level": contract.service_level,
        "articles": [_article(article) for article in contract.articles],
        "extensions": [_extension(extension) for extension in contract.extensions],
    }


def _party(kind: OrganisationKind, named: dict[str, Any]) -> facts.Party:
    address = named.get("address")
    return facts.Party(
        organisation_id=organisation_id(kind, named["code"]),
        code=named["code"],
        name=named["name"],
        email=named["email"],
        phone=named["phone"],
        address=Address(**address) if address else None,
    )


def _article(article: Any) -> facts.Article:
    return facts.Article(**{name: getattr(article, name) for name in facts.Article.model_fields})


def _extension(extension: Any) -> facts.Extension:
    return facts.Extension(**{name: getattr(extension, name) for name in facts.Extension.model_fields})

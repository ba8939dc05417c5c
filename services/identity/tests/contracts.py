"""Contracts as their service tells them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from events import Address, organisation_id
from events.contracts import Article, ContractRegistered, Party


def contract(
    number: str = "29962",
    reseller: str = "REV-0001",
    client: str | None = "CLI-0001",
    email: str = "client_test@sqp.fr",
    version: int = 1,
    party: Party | None = None,
    **changes: Any,
) -> ContractRegistered:
    fields: dict[str, Any] = {
        "version": version,
        "number": number,
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "reseller": party
        or Party(
            organisation_id=organisation_id("reseller", reseller),
            code=reseller,
            name="Revendeur Test",
            email="revendeur_test@sqp.fr",
            phone="0400000000",
        ),
        "client": client_party(client, email) if client else None,
        "starts_on": "2020-12-09",
        "warranty_ends_on": "2023-12-09",
        "articles": [
            Article(designation="NAS", product_reference="TS-131K", serial_number="Q207B17555"),
            Article(designation="Disque", product_reference="ST1000VN002", serial_number="z9cbpm5m"),
        ],
    }
    return ContractRegistered(**{**fields, **changes})


def client_party(code: str, email: str) -> Party:
    address = Address(
        label="", street="123 rue des tests", postal_code="69001", city="Lyon", country="FR", email="", phone=""
    )
    identifier: UUID = organisation_id("client", code)
    return Party(
        organisation_id=identifier, code=code, name="Client Test", email=email, phone="0123456789", address=address
    )

"""What of a contract is left to renew: a product that was paid back has no cover any more, and the cover of another may
go on under a contract of its own. See docs/decisions/0028."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from contracts.hardware.following import Product
from web.text import codes

if TYPE_CHECKING:
    from contracts.models import Contract


@dataclass(frozen=True)
class Left:
    """``credited_on``: when the last product was paid back, where all were. ``followed_by``: the contract under which
    the cover goes on, where nothing else is left to renew. ``settled_references``: those for which no extension is of
    any use."""

    credited_on: date | None
    followed_by: str | None
    settled_references: list[str]


def of(contract: Contract) -> Left:
    named = list(zip(contract.references, contract.products, strict=True))
    # A contract without articles is one article of its own reference.
    products = [product for _, product in named[1:] or named]
    days = [each.credited.replaced_on for each in products if each.credited and each.credited.replaced_on]
    followers = [number for each in products if (number := _follower(contract, each))]
    wanted: set[str] = set()
    if any(_is_left(contract, each) for each in products):
        wanted = {reference for reference, each in named if _is_left(contract, each)}
    return Left(
        max(days) if len(days) == len(products) else None,
        followers[0] if followers and not wanted else None,
        sorted(set(contract.references) - wanted),
    )


def _is_left(contract: Contract, product: Product) -> bool:
    return product.credited is None and _follower(contract, product) is None


def _follower(contract: Contract, product: Product) -> str | None:
    return None if product.credited else contract.followers.get(codes.serial(product.serial_number))

"""From rows to answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from api import contracts as schemas
from chassis.sql import AnyRow
from contracts import labels, queries
from contracts.cover import add_months, state_of
from contracts.hardware import queries as hardware_queries
from contracts.hardware.following import Product, follow
from contracts.hardware.views import hardware
from web import clock
from web.auth.principal import Principal
from web.i18n import Language


def row(line: AnyRow, today: date) -> schemas.ContractRow:
    return schemas.ContractRow(
        number=line.number,
        product_reference=line.product_reference,
        serial_number=line.serial_number,
        reseller=getattr(line, "reseller", None),
        client=line.client_name,
        client_id=line.client_id,
        warranty_ends_on=line.warranty_ends_on,
        extensions=line.extension_count,
        state=state_of(line.starts_on, line.warranty_ends_on, today, line.credited_on),
    )


async def contract(
    reader: AsyncConnection, found: AnyRow, principal: Principal, shop_url: str, language: Language
) -> schemas.Contract:
    """The whole detail of the contract whose row was ``found``."""
    parties = await queries.organisations(reader, [found.reseller_id, found.client_id])
    articles = await queries.articles(reader, found.number)
    references = {found.product_reference, *(article.product_reference for article in articles)}
    offers = await queries.offers(reader, sorted(references.difference(found.settled_references)))
    extensions = await queries.extensions(reader, found.number)
    months = sum(extension.months for extension in extensions)
    moves = (await hardware_queries.of_contracts(reader, [found.number])).get(found.number, [])
    own = follow(found.serial_number, moves)
    units = [(article, follow(article.serial_number, moves)) for article in articles]
    substitutes = {unit.reference for article, unit in units if unit.reference not in (None, article.product_reference)}
    catalogue = await queries.products(reader, substitutes) if substitutes else {}
    return schemas.Contract(
        number=found.number,
        version=found.version,
        product_reference=found.product_reference if articles else own.reference or found.product_reference,
        serial_number=own.serial_number,
        starts_on=found.starts_on,
        warranty_ends_on=found.warranty_ends_on,
        service_level=found.service_level,
        registered_at=found.registered_at,
        reseller=schemas.Party.model_validate(parties[found.reseller_id]),
        client=schemas.Party.model_validate(parties[found.client_id]) if found.client_id else None,
        cover=_cover(found, language),
        articles=[_article(article, unit, catalogue, principal) for article, unit in units],
        extensions=[schemas.Extension.model_validate(extension) for extension in extensions],
        extension_offers=[_shop_offer(offer, found, months, shop_url) for offer in offers],
        hardware=hardware(own, principal),
        followed_by=found.followed_by,
    )


def _article(
    registered: AnyRow, product: Product, catalogue: Mapping[str, AnyRow], principal: Principal
) -> schemas.Article:
    """A unit of another reference has the catalogue's name and links, if any: the registered ones are not its own."""
    answer = schemas.Article.model_validate(registered)
    changes = {"serial_number": product.serial_number, "hardware": hardware(product, principal)}
    if product.reference and product.reference != registered.product_reference:
        known = catalogue.get(product.reference)
        changes |= {
            "designation": (known.designation if known else "") or product.reference,
            "product_reference": product.reference,
            "specification_url": known.specification_url if known else "",
            "picture_url": known.picture_url if known else "",
        }
    return answer.model_copy(update=changes)


def _cover(found: AnyRow, language: Language) -> schemas.Cover:
    today = clock.today()
    state = state_of(found.starts_on, found.warranty_ends_on, today, found.credited_on)
    return schemas.Cover(
        state=state,
        ends_on=found.warranty_ends_on,
        days_left=None if state in ("expired", "credited") else (found.warranty_ends_on - today).days,
        sentence=labels.cover(
            state, found.starts_on, found.warranty_ends_on, today, language, credited_on=found.credited_on
        ),
    )


def _shop_offer(offer: AnyRow, found: AnyRow, months: int, shop_url: str) -> schemas.ShopOffer:
    """``months``: what the extensions taken add already."""
    return schemas.ShopOffer(
        **schemas.Offer.model_validate(offer).model_dump(),
        url=shop_link(shop_url, found.number, offer.sku),
        order_until=found.warranty_ends_on + timedelta(days=offer.order_days_after_end),
        extends_to=add_months(found.base_ends_on, months + offer.months),
    )


def shop_link(shop_url: str, number: str, sku: str) -> str:
    return f"{shop_url}?{urlencode({'contrat': number, 'sku': sku})}"

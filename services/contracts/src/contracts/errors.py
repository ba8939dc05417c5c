"""What the contracts service refuses, and why."""

from __future__ import annotations

from chassis.errors import Conflict, NotFound
from chassis.i18n import text


class ContractNotFound(NotFound):
    code = "contract_not_found"
    message = text(
        "Le contrat n° {number} n’existe pas ou ne vous est pas accessible.",
        "Contract no. {number} does not exist or is not yours to see.",
    )


class ResellerChanged(Conflict):
    code = "reseller_changed"
    message = text(
        "Le contrat n° {number} appartient au revendeur {reseller} : il ne peut pas changer de revendeur.",
        "Contract no. {number} belongs to reseller {reseller}: it cannot change reseller.",
    )


class ClientOfAnotherReseller(Conflict):
    code = "client_of_another_reseller"
    message = text(
        "Le client {client} appartient à un autre revendeur.", "Client {client} belongs to another reseller."
    )


class UnknownOffer(Conflict):
    code = "unknown_offer"
    message = text("Aucune offre d’extension {sku} n’est connue.", "No extension offer {sku} is known.")


class OfferDoesNotApply(Conflict):
    code = "offer_does_not_apply"
    message = text(
        "L’extension {sku} ne concerne aucun produit du contrat n° {number}.",
        "Extension {sku} applies to no product of contract no. {number}.",
    )


class OrderUsedElsewhere(Conflict):
    code = "order_used_elsewhere"
    message = text(
        "La commande {order_id} a déjà étendu un autre contrat.",
        "Order {order_id} has already extended another contract.",
    )


class OfferNotFound(NotFound):
    code = "offer_not_found"
    message = text("L’offre {sku} n’existe pas.", "Offer {sku} does not exist.")


class ProductNotFound(NotFound):
    code = "product_not_found"
    message = text("Le produit {reference} n’existe pas.", "Product {reference} does not exist.")

"""What the contracts service refuses, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound
from web.i18n import text


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


class ExchangedSince(Conflict):
    code = "exchanged_since"
    message = text(
        "Le n° de série {serial} a été échangé (incident {incident}) : son remplacement {unit} porte la garantie. "
        "Enregistrez l’un de ces deux numéros.",
        "Serial number {serial} was exchanged (incident {incident}): its replacement {unit} has the warranty. Register "
        "one of these two numbers.",
    )


class CreditedSince(Conflict):
    code = "credited_since"
    message = text(
        "Le n° de série {serial} a été repris contre un avoir (incident {incident}) : il n’est plus couvert. "
        "Enregistrez le contrat sans lui.",
        "Serial number {serial} was paid back (incident {incident}): it is covered no more. Register the contract "
        "without it.",
    )


class ExchangeUnderWay(Conflict):
    code = "exchange_under_way"
    message = text(
        "Le n° de série {serial} est en cours d’échange (incident {incident}) : enregistrez-le jusqu’à la livraison de "
        "son remplacement, puis l’un des deux. S’il est faux, annulez d’abord l’échange.",
        "Serial number {serial} is being exchanged (incident {incident}): register it until its replacement is "
        "delivered, then either of the two. If it is wrong, cancel the exchange first.",
    )


class ClientOfAnotherReseller(Conflict):
    code = "client_of_another_reseller"
    message = text(
        "Le client {client} appartient à un autre revendeur.", "Client {client} belongs to another reseller."
    )


class HeldAlready(Conflict):
    code = "held_already"
    message = text(
        "Le contrat n° {number} a déjà un client : {client}.", "Contract no. {number} has a client: {client}."
    )


class UnknownClient(Conflict):
    """Also of a client whose creation has yet to arrive here."""

    code = "unknown_client"
    message = text("Ce client n’est pas connu du revendeur.", "The reseller does not know this client.")


class UnknownOffer(Conflict):
    code = "unknown_offer"
    message = text("Aucune offre d’extension {sku} n’est connue.", "No extension offer {sku} is known.")


class OfferDoesNotApply(Conflict):
    code = "offer_does_not_apply"
    message = text(
        "L’extension {sku} ne concerne aucun produit du contrat n° {number}.",
        "Extension {sku} applies to no product of contract no. {number}.",
    )


class NothingToExtend(Conflict):
    code = "nothing_to_extend"
    message = text(
        "Ce que l’extension {sku} prolongerait sur le contrat n° {number} a été repris contre un avoir : il n’est plus "
        "protégé.",
        "What extension {sku} would extend on contract no. {number} was paid back: it is protected no more.",
    )


class CoverEndsTooLate(Conflict):
    code = "cover_ends_too_late"
    message = text(
        "La couverture du contrat n° {number} finirait après {year}.",
        "The cover of contract no. {number} would end after {year}.",
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


class RenewalNotFound(NotFound):
    """Also of an end that has moved since."""

    code = "renewal_not_found"
    message = text(
        "La garantie du contrat n° {number} ne prend pas fin le {day}, ou le contrat ne vous est pas accessible.",
        "The warranty of contract no. {number} does not end on {day}, or the contract is not yours to see.",
    )


class RenewalOrdered(Conflict):
    code = "renewal_ordered"
    message = text(
        "Le renouvellement du contrat n° {number} est commandé : son état suit la commande.",
        "The renewal of contract no. {number} is ordered: its state follows the order.",
    )

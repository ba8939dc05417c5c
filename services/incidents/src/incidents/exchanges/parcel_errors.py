"""What is refused about parcels, and why."""

from __future__ import annotations

from incidents.exchanges.labels import SHIPMENT
from web.errors import Conflict, NotFound
from web.i18n import Language, text


class ShipmentNotFound(NotFound):
    code = "shipment_not_found"
    message = text(
        "Ce colis n’existe pas ou ne vous est pas accessible.", "This parcel does not exist or is not yours to see."
    )


class NoTrackingNumber(Conflict):
    code = "no_tracking_number"
    message = text(
        "Aucun numéro de suivi ne s’y lit : collez le numéro ({most} caractères au plus) ou le lien du transporteur.",
        "There is no tracking number in it: paste the number ({most} characters at most) or the carrier's link.",
    )


class NothingToSend(Conflict):
    code = "nothing_to_send"
    message = text("Rien n’est à envoyer pour cet échange.", "There is nothing to send for this exchange.")


class NothingReserved(Conflict):
    code = "nothing_reserved"
    message = text(
        "Aucun appareil de remplacement n’est réservé : indiquez d’abord son numéro de série.",
        "No replacement is reserved: enter its serial number first.",
    )


class SentAlready(Conflict):
    code = "sent_already"
    message = text(
        "L’envoi de cet échange est déjà en route ou livré, ou l’échange a été annulé après envoi.",
        "This exchange is on its way or delivered, or was cancelled after dispatch.",
    )


class ShipsAfterReceipt(Conflict):
    code = "ships_after_receipt"
    message = text(
        "Un échange standard ou une réparation ne part qu’après réception du matériel défectueux.",
        "A standard exchange or a repair leaves only once the faulty product has been received.",
    )


class UndeliverableAddress(Conflict):
    code = "undeliverable_address"
    message = text(
        "Un échange avancé est remis en main propre : une boîte postale, un CS ou un CEDEX ne convient pas "
        "(« {part} »). Indiquez une adresse où quelqu’un réceptionne.",
        "An exchange in advance is handed over in person: a PO box, CS or CEDEX will not do (“{part}”). Give an "
        "address where somebody receives it.",
    )


class ParcelKnown(Conflict):
    code = "parcel_known"
    message = text(
        "Un colis {parcel} est déjà enregistré pour cet incident : un numéro est celui d’un seul colis.",
        "A parcel {parcel} is recorded for this incident already: a number is that of one parcel.",
    )


class OutboundNumber(Conflict):
    code = "outbound_number"
    message = text(
        "Ce numéro est celui d’un colis que SQP a envoyé pour cet incident : indiquez celui du colis de retour.",
        "This is the number of a parcel that SQP sent for this incident: enter that of the parcel that comes back.",
    )


class ReturnNumber(Conflict):
    code = "return_number"
    message = text(
        "Ce numéro est celui d’un retour de cet incident : indiquez celui du colis qui part.",
        "This is the number of a return of this incident: enter that of the parcel that leaves.",
    )


class ParcelCameAlready(Conflict):
    code = "parcel_came_already"
    message = text(
        "Ce numéro est celui d’un colis arrivé chez SQP : indiquez celui du nouveau colis.",
        "This is the number of a parcel that has come to SQP: enter that of the new parcel.",
    )


class ShipmentElsewhere(Conflict):
    code = "shipment_elsewhere"
    message = text(
        "Ce colis est connu pour un autre incident ou d’autres lignes.", "This parcel is known for other lines."
    )


class OtherDirection(Conflict):
    code = "other_direction"
    message = text(
        "Ce colis va dans l’autre sens : un colis qui revient en est un autre, avec son propre identifiant.",
        "This parcel goes the other way: one that comes back is another, with an id of its own.",
    )


class AddressIsFrozen(Conflict):
    code = "address_is_frozen"
    message = text(
        "L’adresse d’un colis est figée dès sa préparation : s’il n’est pas parti, retirez-le et préparez-en un autre.",
        "A parcel's address is frozen once it is prepared: if it has not left, withdraw it and prepare another one.",
    )


class NoAddressBack(Conflict):
    code = "no_address_back"
    message = text(
        "Un colis qui revient à SQP va à l’adresse des retours : n’indiquez pas d’adresse.",
        "A parcel that comes back to SQP goes to the address of returns: give no address.",
    )


class _OfParcel(Conflict):
    """``state`` by its label; the member holds its code."""

    def sentence(self, language: Language) -> str:
        return self.message[language].format(state=SHIPMENT[self.members["state"]][language].lower())


class ParcelNotOnItsWay(_OfParcel):
    code = "parcel_not_on_its_way"
    message = text(
        "Ce colis est déjà « {state} » : cette information ne change rien.",
        "This parcel is “{state}” already: this changes nothing.",
    )


class ParcelHasLeft(_OfParcel):
    code = "parcel_has_left"
    message = text(
        "Ce colis est déjà « {state} » : seul un colis préparé et pas encore parti se retire.",
        "This parcel is “{state}” already: only a parcel that is prepared and has not left is withdrawn.",
    )


class LabelWasSent(Conflict):
    code = "label_was_sent"
    message = text(
        "Ce colis est celui d’une étiquette envoyée au client, et ne se retire pas : un autre numéro le corrige.",
        "This parcel is that of a label which the client has, and is not withdrawn: another number corrects it.",
    )


class ParcelHasArrived(_OfParcel):
    code = "parcel_has_arrived"
    message = text(
        "Ce colis est déjà « {state} » : son transporteur et son numéro ne changent plus.",
        "This parcel is “{state}” already: its carrier and number do not change any more.",
    )


class ParcelIsFixed(_OfParcel):
    code = "parcel_is_fixed"
    message = text(
        "Ce colis est déjà « {state} » : cette indication ne change plus.",
        "This parcel is “{state}” already: this does not change any more.",
    )


class ReplacementLostAlready(Conflict):
    code = "nothing_awaited"
    message = text(
        "Le remplacement est déjà signalé comme perdu en revenant chez SQP.",
        "The replacement is reported as lost on its way back already.",
    )


class BeforeItsExchange(Conflict):
    code = "before_its_exchange"
    message = text(
        "Cet échange a été demandé le {day} : rien ne peut lui être arrivé avant.",
        "This exchange was asked for on {day}: nothing can have happened to it before.",
    )

"""Words for exchanges: types, states, and a sentence for everything that happens to a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.incidents.exchange_steps import ClaimState, Condition, Reversal
from api.incidents.exchanges import FactStep, ShipmentState
from events.exchange_words import (
    Consequence,
    Cover,
    Decision,
    Direction,
    Dispatch,
    ExchangeType,
    Outcome,
    ReplacementReturn,
    ReturnState,
)
from web.i18n import Text, text

TYPE: Mapping[ExchangeType, Text] = {
    "advance_exchange": text("Échange avancé", "Exchange in advance"),
    "standard_exchange": text("Échange standard", "Standard exchange"),
    "part_only": text("Pièce seule", "Part only"),
    "repair": text("Réparation", "Repair"),
    "credit": text("Avoir", "Credit"),
    "no_return": text("Échange sans retour", "Exchange without return"),
}

DECISION: Mapping[Decision, Text] = {
    "requested": text("Demandé", "Requested"),
    "approved": text("Accordé", "Approved"),
    "rejected": text("Refusé", "Refused"),
    "cancelled": text("Annulé", "Cancelled"),
    "closed": text("Terminé", "Closed"),
}

DISPATCH: Mapping[Dispatch, Text] = {
    "none": text("Pas encore préparé", "Not prepared yet"),
    "prepared": text("Préparé", "Prepared"),
    "shipped": text("Expédié", "Shipped"),
    "delivered": text("Livré", "Delivered"),
    "failed": text("À expédier de nouveau", "To be shipped again"),
}
# Of what failed, once nothing is to be shipped any more.
NOT_DELIVERED = text("Non livré", "Not delivered")

RETURN: Mapping[ReturnState, Text] = {
    "not_required": text("Sans retour", "No return"),
    "expected": text("Retour attendu", "Return awaited"),
    "label_sent": text("Étiquette envoyée", "Label sent"),
    "in_transit": text("Retour en route", "Return on its way"),
    "lost": text("Retour perdu", "Return lost"),
    "received": text("Retour reçu", "Return received"),
    "inspected": text("Retour contrôlé", "Return inspected"),
    "settled": text("Retour soldé", "Return settled"),
}
OVERDUE = text("Retour en retard", "Return overdue")
DISK_KEPT = text("Disque conservé, réponse de SQP attendue", "Disk kept, SQP is to answer")

# Of the replacement's way back.
REPLACEMENT_RETURN: Mapping[ReplacementReturn, Text] = {
    "none": text("Pas à renvoyer", "Not to be sent back"),
    "expected": text("Remplacement à renvoyer", "Replacement to be sent back"),
    "in_transit": text("Remplacement en route vers SQP", "Replacement on its way to SQP"),
    "lost": text("Remplacement perdu au retour", "Replacement lost on its way back"),
    "received": text("Remplacement revenu", "Replacement back"),
    "settled": text("Remplacement soldé", "Replacement settled"),
}
REPLACEMENT_OVERDUE = text("Remplacement en retard", "Replacement overdue")

OUTCOME: Mapping[Outcome, Text] = {
    "as_expected": text("Conforme", "As expected"),
    "no_fault_found": text("Aucun défaut constaté", "No fault found"),
    "mismatch": text("Autre matériel que celui attendu", "Not the product that was expected"),
    "partial": text("Incomplet", "Incomplete"),
    "retained": text("Disque conservé", "Disk kept"),
    "waived": text("SQP renonce au retour", "SQP gives the return up"),
    "invoiced": text("Facturé", "Invoiced"),
}
INSPECTIONS: tuple[Outcome, ...] = ("as_expected", "no_fault_found", "mismatch", "partial")
SETTLEMENTS: tuple[Outcome, ...] = ("retained", "waived", "invoiced")

COVER: Mapping[Cover, Text] = {
    "unchanged": text("La couverture ne change pas.", "Cover does not change."),
    "in_progress": text(
        "Couvert, échange en cours : la couverture passe au remplacement à sa livraison.",
        "Covered, exchange under way: cover passes to the replacement on its delivery.",
    ),
    "replaced": text("Le remplacement a repris la couverture.", "The replacement has taken the cover over."),
    "returned": text("La couverture est revenue à l’appareil d’origine.", "Cover has returned to the first unit."),
    "credited": text("Repris contre un avoir : il n’est plus couvert.", "Paid back: it is covered no more."),
}

CONDITION: Mapping[Condition, Text] = {
    "new": text("Neuf", "New"),
    "reconditioned": text("Reconditionné", "Reconditioned"),
}

DIRECTION: Mapping[Direction, Text] = {
    "outbound": text("Envoi au client", "To the client"),
    "return": text("Retour à SQP", "Back to SQP"),
    "replacement_return": text("Retour du remplacement", "Return of the replacement"),
}

SHIPMENT: Mapping[ShipmentState, Text] = {
    "prepared": text("Préparé", "Prepared"),
    "shipped": text("Expédié", "Shipped"),
    "delivered": text("Livré", "Delivered"),
    "lost": text("Perdu", "Lost"),
    "damaged": text("Endommagé", "Damaged"),
    "refused": text("Refusé", "Refused"),
    "returned_to_sender": text("Retourné à l’expéditeur", "Returned to sender"),
    "recalled": text("Rappelé", "Called back"),
}

CLAIM: Mapping[ClaimState, Text] = {
    "opened": text("Dossier ouvert", "Opened"),
    "sent": text("Envoyé au constructeur", "Sent to the maker"),
    "accepted": text("Accepté", "Accepted"),
    "refused": text("Refusé", "Refused"),
    "settled": text("Soldé", "Settled"),
}

REVERSAL: Mapping[Reversal, Text] = {
    "fault_gone": text("La panne a disparu", "The fault is gone"),
    "not_covered": text("La panne n’est pas couverte", "The fault is not covered"),
}

CONSEQUENCE: Mapping[Consequence, Text] = {
    "warn": text("En cas de retard, SQP envoie des relances.", "If it is late, SQP sends reminders."),
    "standard": text(
        "En cas de retard, les échanges suivants ne partent qu’après réception du matériel défectueux.",
        "If it is late, the next exchanges leave only once the faulty product has been received.",
    ),
    "refused": text(
        "En cas de retard, aucun nouvel échange n’est accordé avant ce retour.",
        "If it is late, no further exchange is granted before this return.",
    ),
}

# What the placeholders mean: the data of the fact.
STEP: Mapping[FactStep, Text] = {
    "requested": text("Échange demandé : {type}.", "Exchange requested: {type}."),
    "approved": text("Échange accordé : {type}.", "Exchange approved: {type}."),
    "rejected": text("Échange refusé.", "Exchange refused."),
    "cancelled": text("Échange annulé.", "Exchange cancelled."),
    "recalled": text("Échange annulé, le colis est rappelé.", "Exchange cancelled, its parcel is called back."),
    "reserved": text(
        "Remplacement réservé : {reference}, n° de série {serial} ({condition}).",
        "Replacement reserved: {reference}, serial number {serial} ({condition}).",
    ),
    "out_of_stock": text(
        "Remplacement en rupture de stock, attendu le {day}.", "The replacement is out of stock, expected on {day}."
    ),
    "label_sent": text("Étiquette de retour envoyée ({carrier}).", "Return label sent ({carrier})."),
    "prepared": text("Colis préparé ({carrier}).", "Parcel prepared ({carrier})."),
    "parcel_expected": text(
        "Nouvelle date de livraison prévue du colis : {eta}.", "The parcel is expected on another day: {eta}."
    ),
    "shipped": text("{unit} expédié ({carrier}).", "{unit} shipped ({carrier})."),
    "delivered": text("{unit} livré{partly}.", "{unit} delivered{partly}."),
    "delivery_presumed": text(
        "Sans nouvelles du transporteur, le remplacement est considéré comme livré.",
        "Without news of the carrier, the replacement counts as delivered.",
    ),
    "parcel_lost": text("Colis perdu{resent}.", "Parcel lost{resent}."),
    "parcel_damaged": text("Colis endommagé{resent}.", "Parcel damaged{resent}."),
    "parcel_refused": text("Colis refusé à la livraison.", "Parcel refused on delivery."),
    "parcel_sent_back": text("Colis retourné à SQP.", "Parcel returned to SQP."),
    "return_shipped": text("Retour expédié ({carrier}).", "Return shipped ({carrier})."),
    "return_delivered": text("Retour livré chez SQP.", "Return delivered at SQP."),
    "return_lost": text("Retour perdu.", "Return lost."),
    "return_extended": text("Retour repoussé au {day}.", "Return put off to {day}."),
    "return_disk_kept": text(
        "Le disque est conservé par le client{certified}.", "The client keeps the disk{certified}."
    ),
    "return_disk_refused": text(
        "SQP attend le disque malgré tout, au plus tard le {day}.", "SQP awaits the disk all the same, by {day}."
    ),
    "return_received": text("Retour reçu par SQP{found}.", "Return received by SQP{found}."),
    "return_inspected": text("Retour contrôlé : {outcome}.", "Return inspected: {outcome}."),
    "return_settled": text("Retour soldé : {outcome}.", "Return settled: {outcome}."),
    "reversed": text(
        "Échange annulé après envoi ({reason}) : le remplacement revient à SQP.",
        "Exchange cancelled after dispatch ({reason}): the replacement comes back to SQP.",
    ),
    "unit_goes_back": text(
        "Après contrôle, l’appareil d’origine revient à son utilisateur{why} : il n’est pas échangé.",
        "After its inspection the first unit goes back to its holder{why}: it is not exchanged.",
    ),
    "replacement_shipped": text("Remplacement renvoyé à SQP ({carrier}).", "Replacement sent back to SQP ({carrier})."),
    "replacement_lost": text("Remplacement perdu en revenant à SQP.", "Replacement lost on its way back to SQP."),
    "replacement_extended": text(
        "Retour du remplacement repoussé au {day}.", "Return of the replacement put off to {day}."
    ),
    "replacement_settled": text(
        "Retour du remplacement soldé : {outcome}.", "Return of the replacement settled: {outcome}."
    ),
    "replacement_received": text("Remplacement revenu chez SQP{found}.", "The replacement is back at SQP{found}."),
    "replacement_dead": text(
        "Le remplacement ne fonctionne pas : échange n° {line} ouvert.",
        "The replacement does not work: exchange no. {line} opened.",
    ),
    "credited": text(
        "Appareil repris contre un avoir : il n’est plus couvert.", "Product paid back: it is covered no more."
    ),
    "closed": text("Échange terminé.", "Exchange closed."),
    "overdue_passed_over": text(
        "Accordé malgré les retours en retard du revendeur.", "Approved in spite of the reseller's overdue returns."
    ),
    "statement_passed_over": text(
        "Étiquette envoyée sans déclaration sur les données.", "Label sent without a statement about the data."
    ),
    "quarantined": text("Support de données trouvé : matériel isolé.", "Media found: the product is quarantined."),
    "carrier_news": text("Nouvelle du transporteur : {state}.", "News of the carrier: {state}."),
    "second_delivery": text(
        "Un colis qui n’était pas arrivé est livré à son tour ({carrier}) : son appareil est à redemander au client.",
        "A parcel that had not arrived is delivered as well ({carrier}): its unit is to be asked back of the client.",
    ),
    "spare_came_back": text(
        "L’appareil livré en double est revenu chez SQP ({carrier}).",
        "The unit that was delivered twice is back at SQP ({carrier}).",
    ),
    "parcel_withdrawn": text(
        "Colis préparé par erreur, retiré ({carrier}).", "Parcel prepared by mistake, withdrawn ({carrier})."
    ),
    "claim_opened": text("Dossier constructeur ouvert : {number}.", "Claim to the maker opened: {number}."),
    "claim_sent": text("Matériel envoyé au constructeur.", "Product sent to the maker."),
    "claim_accepted": text("Le constructeur accepte.", "The maker accepts."),
    "claim_refused": text("Le constructeur refuse.", "The maker refuses."),
    "claim_settled": text("Dossier constructeur soldé.", "Claim to the maker settled."),
}
# What a parcel to the holder has in it; the first for what was repaired.
UNIT = {True: text("Appareil d’origine", "First unit"), False: text("Remplacement", "Replacement")}
PARTLY = text(" en partie", " in part")
RESENT = text(" : SQP en envoie un autre", ": SQP sends another one")
CERTIFIED = text(", certificat de destruction joint", ", certificate of destruction attached")
RECEIVED_AS = text(" sous le n° de série {serial}", " under serial number {serial}")

OTHER_CARRIER = text("Autre transporteur", "Another carrier")

# The words of a fact's data that are words of a list.
WORDS: Mapping[str, Mapping[Any, Text]] = {
    # A fact keeps it in French where its parcel has no number.
    "carrier": {OTHER_CARRIER["fr"]: OTHER_CARRIER},
    "type": TYPE,
    "condition": CONDITION,
    "outcome": OUTCOME,
    "reason": REVERSAL,
    "state": SHIPMENT,
    "eta": {None: text("inconnue", "not known")},
}

STATEMENT_VERSION = "2026-11"
STATEMENT: Mapping[str, Mapping[Any, Text]] = {
    "backup": {
        "done": text("Les données sont sauvegardées.", "The data is backed up."),
        "impossible": text("Les données n’ont pas pu être sauvegardées.", "The data could not be backed up."),
        "no_data": text("L’appareil ne contient pas de données.", "There is no data on the product."),
    },
    "disks": {
        "sent": text("Les disques partent avec l’appareil.", "The disks leave with the product."),
        "kept": text("Les disques sont conservés.", "The disks are kept."),
        "no_disk": text("L’appareil n’a pas de disque.", "The product has no disk."),
    },
    "order_noted": {
        True: text("L’ordre des disques est noté.", "The order of the disks is noted."),
    },
    "erased": {
        "yes": text("Les données sont effacées.", "The data is erased."),
        "no": text("Les données ne sont pas effacées.", "The data is not erased."),
        "impossible": text("L’effacement est impossible.", "Erasing is impossible."),
    },
    "encrypted": {
        "yes": text("Le volume est chiffré.", "The volume is encrypted."),
        "no": text("Le volume n’est pas chiffré.", "The volume is not encrypted."),
        "unknown": text("On ignore si le volume est chiffré.", "Whether the volume is encrypted is not known."),
    },
}
ACCESSORIES = text("Accessoires joints : {accessories}.", "Accessories in the parcel: {accessories}.")

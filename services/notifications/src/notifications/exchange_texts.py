"""The words of exchanges and returns, French and English. :mod:`notifications.exchange_labels` puts them together.

``{unit}`` names the faulty product, or counts several.
"""

from __future__ import annotations

from collections.abc import Mapping

from events.exchange_words import Consequence, ExchangeStep, ExchangeType, Outcome
from web.i18n import Text, text

TITLES: Mapping[ExchangeStep, Text] = {
    "requested": text("[Échange demandé] Incident n. {number}", "[Exchange requested] Incident no. {number}"),
    "approved": text("[Échange accordé] Incident n. {number}", "[Exchange approved] Incident no. {number}"),
    "rejected": text("[Échange refusé] Incident n. {number}", "[Exchange refused] Incident no. {number}"),
    "cancelled": text("[Échange annulé] Incident n. {number}", "[Exchange cancelled] Incident no. {number}"),
    "recalled": text("[Échange annulé] Incident n. {number}", "[Exchange cancelled] Incident no. {number}"),
    "out_of_stock": text("[Rupture de stock] Incident n. {number}", "[Out of stock] Incident no. {number}"),
    "label_sent": text("[Étiquette de retour] Incident n. {number}", "[Return label] Incident no. {number}"),
    "shipped": text("[Colis expédié] Incident n. {number}", "[Parcel shipped] Incident no. {number}"),
    "delivered": text("[Colis livré] Incident n. {number}", "[Parcel delivered] Incident no. {number}"),
    "delivery_presumed": text("[Livraison présumée] Incident n. {number}", "[Delivery presumed] Incident no. {number}"),
    "parcel_lost": text("[Colis perdu] Incident n. {number}", "[Parcel lost] Incident no. {number}"),
    "parcel_damaged": text("[Colis endommagé] Incident n. {number}", "[Parcel damaged] Incident no. {number}"),
    "parcel_refused": text("[Colis refusé] Incident n. {number}", "[Parcel refused] Incident no. {number}"),
    "parcel_sent_back": text("[Colis retourné] Incident n. {number}", "[Parcel sent back] Incident no. {number}"),
    "return_shipped": text("[Retour expédié] Incident n. {number}", "[Return shipped] Incident no. {number}"),
    "return_lost": text("[Retour perdu] Incident n. {number}", "[Return lost] Incident no. {number}"),
    "return_extended": text("[Retour repoussé] Incident n. {number}", "[Return put off] Incident no. {number}"),
    "return_disk_kept": text("[Disque conservé] Incident n. {number}", "[Disk kept] Incident no. {number}"),
    "return_disk_refused": text("[Disque à renvoyer] Incident n. {number}", "[Disk awaited] Incident no. {number}"),
    "return_received": text("[Retour bien reçu] Incident n. {number}", "[Return received] Incident no. {number}"),
    "return_inspected": text("[Retour contrôlé] Incident n. {number}", "[Return inspected] Incident no. {number}"),
    "return_settled": text("[Retour soldé] Incident n. {number}", "[Return settled] Incident no. {number}"),
    "reversed": text("[Échange annulé] Incident n. {number}", "[Exchange cancelled] Incident no. {number}"),
    "unit_goes_back": text("[Appareil renvoyé] Incident n. {number}", "[Unit sent back] Incident no. {number}"),
    "replacement_shipped": text("[Retour expédié] Incident n. {number}", "[Return shipped] Incident no. {number}"),
    "replacement_lost": text("[Retour perdu] Incident n. {number}", "[Return lost] Incident no. {number}"),
    "replacement_extended": text("[Retour repoussé] Incident n. {number}", "[Return put off] Incident no. {number}"),
    "replacement_settled": text("[Retour soldé] Incident n. {number}", "[Return settled] Incident no. {number}"),
    "replacement_received": text(
        "[Remplacement bien reçu] Incident n. {number}", "[Replacement received] Incident no. {number}"
    ),
    "replacement_dead": text(
        "[Remplacement en panne] Incident n. {number}", "[Replacement faulty] Incident no. {number}"
    ),
    "credited": text("[Repris contre un avoir] Incident n. {number}", "[Paid back] Incident no. {number}"),
    "closed": text("[Échange terminé] Incident n. {number}", "[Exchange closed] Incident no. {number}"),
}
# Of the kind as a whole; each step has its own.
CHANGED = text("[Échange] Incident n. {number}", "[Exchange] Incident no. {number}")
DUE = text("[Retour à faire] Incident n. {number}", "[Return due] Incident no. {number}")
OVERDUE = text("[Retour en retard] Incident n. {number}", "[Return overdue] Incident no. {number}")

BODIES: Mapping[ExchangeStep, Text] = {
    "requested": text(
        "{actor} demande un échange pour {unit} : {type}.", "{actor} asks for an exchange of {unit}: {type}."
    ),
    "approved": text("L’échange pour {unit} est accordé : {type}.", "The exchange of {unit} is approved: {type}."),
    "rejected": text("L’échange pour {unit} est refusé.", "The exchange of {unit} is refused."),
    "cancelled": text("L’échange pour {unit} est annulé.", "The exchange of {unit} is cancelled."),
    "recalled": text(
        "L’échange pour {unit} est annulé et son colis est rappelé. S’il est livré malgré tout, il est à renvoyer à "
        "SQP.",
        "The exchange of {unit} is cancelled and its parcel is called back. If it is delivered all the same, it is to "
        "be sent back to SQP.",
    ),
    "out_of_stock": text(
        "Le remplacement pour {unit} est en rupture de stock.", "The replacement for {unit} is out of stock."
    ),
    "label_sent": text(
        "SQP a envoyé l’étiquette de retour pour {unit}.",
        "SQP has sent the return label for {unit}.",
    ),
    "shipped": text("Le remplacement pour {unit} est parti.", "The replacement for {unit} has left."),
    "delivered": text("Le remplacement pour {unit} est livré.", "The replacement for {unit} is delivered."),
    "delivery_presumed": text(
        "Sans nouvelles du transporteur, le colis pour {unit} est considéré comme livré.",
        "Without news of the carrier, the parcel for {unit} counts as delivered.",
    ),
    "parcel_lost": text(
        "Le colis pour {unit} est perdu{resent}.",
        "The parcel for {unit} is lost{resent}.",
    ),
    "parcel_damaged": text(
        "Le colis pour {unit} est endommagé{resent}.",
        "The parcel for {unit} is damaged{resent}.",
    ),
    "parcel_refused": text(
        "Le colis pour {unit} a été refusé à la livraison.",
        "The parcel for {unit} was refused on delivery.",
    ),
    "parcel_sent_back": text(
        "Le colis pour {unit} n’a pas pu être remis et revient chez SQP.",
        "The parcel for {unit} could not be handed over and returns to SQP.",
    ),
    "return_shipped": text("Le retour de {unit} est parti.", "The return of {unit} has left."),
    "return_lost": text("Le retour de {unit} est perdu.", "The return of {unit} is lost."),
    "return_extended": text("Le retour de {unit} est repoussé au {due}.", "The return of {unit} is put off to {due}."),
    "return_disk_kept": text(
        "Le disque est conservé et ne sera pas renvoyé : {unit}. SQP va répondre ; d’ici là, rien n’est en retard.",
        "The disk is kept and will not be sent back: {unit}. SQP is to answer; until then nothing is late.",
    ),
    "return_disk_refused": text(
        "SQP attend malgré tout le disque que vous conservez, au plus tard le {due} : {unit}.",
        "SQP awaits the disk that you keep all the same, by {due}: {unit}.",
    ),
    "return_received": text(
        "SQP a bien reçu le retour de {unit}. Son contrôle suit.",
        "SQP has received the return of {unit}. Its inspection follows.",
    ),
    "return_inspected": text(
        "Le retour de {unit} est contrôlé : {outcome}.", "The return of {unit} is inspected: {outcome}."
    ),
    "return_settled": text(
        "Le retour de {unit} est soldé : {outcome}. Rien n’est plus attendu.",
        "The return of {unit} is settled: {outcome}. Nothing is awaited any more.",
    ),
    "reversed": text(
        "L’échange pour {unit} est annulé après envoi : le remplacement{replacement} est à renvoyer à SQP, et la "
        "couverture revient à l’appareil d’origine.",
        "The exchange of {unit} is reversed: the replacement{replacement} is to be sent back to SQP, and cover returns "
        "to the first unit.",
    ),
    "unit_goes_back": text(
        "Après contrôle, SQP vous renvoie l’appareil d’origine : {unit}. Il n’est pas échangé.",
        "After its inspection SQP sends the first unit back to you: {unit}. It is not exchanged.",
    ),
    "replacement_shipped": text(
        "Le remplacement{replacement} est reparti vers SQP.", "The replacement{replacement} has left for SQP."
    ),
    "replacement_lost": text(
        "Le remplacement{replacement} est perdu sur son retour vers SQP.",
        "The replacement{replacement} is lost on its way back to SQP.",
    ),
    "replacement_extended": text(
        "Le retour du remplacement{replacement} est repoussé au {due}.",
        "The return of the replacement{replacement} is put off to {due}.",
    ),
    "replacement_settled": text(
        "Le retour du remplacement{replacement} est soldé : {outcome}. Rien n’est plus attendu.",
        "The return of the replacement{replacement} is settled: {outcome}. Nothing is awaited any more.",
    ),
    "replacement_received": text(
        "SQP a bien reçu le remplacement{replacement} qui était à renvoyer.",
        "SQP has received the replacement{replacement} that was to be sent back.",
    ),
    "replacement_dead": text(
        "Le remplacement{replacement} ne fonctionne pas : un nouvel échange est ouvert pour lui.",
        "The replacement{replacement} does not work: a new exchange is opened for it.",
    ),
    "credited": text(
        "SQP a repris contre un avoir {unit} : ce matériel n’est plus protégé.",
        "SQP has paid {unit} back: it is protected no more.",
    ),
    "closed": text("L’échange pour {unit} est terminé.", "The exchange of {unit} is closed."),
}
# Instead of ``shipped`` and ``delivered`` where no other unit takes the faulty one's place.
BODIES_OF_TYPE: Mapping[tuple[ExchangeStep, ExchangeType], Text] = {
    ("shipped", "part_only"): text("La pièce pour {unit} est partie.", "The part for {unit} has left."),
    ("delivered", "part_only"): text("La pièce pour {unit} est livrée.", "The part for {unit} is delivered."),
    ("shipped", "repair"): text("L’appareil réparé est reparti : {unit}.", "The repaired unit has left: {unit}."),
    ("delivered", "repair"): text("L’appareil réparé est livré : {unit}.", "The repaired unit is delivered: {unit}."),
}
# What follows where a parcel is lost or damaged, unless its exchange was taken back.
RESENT = text(" : SQP en envoie un autre", ": SQP sends another one")
PARTLY_DELIVERED = text(
    "Un colis pour {unit} est livré, un autre est encore en route.",
    "A parcel for {unit} is delivered, another one is still on its way.",
)

# What follows a sentence where it applies.
REPLACED_BY = text("Remplacement : {new}.", "Replacement: {new}.")
CARRIED_BY = text("Transporteur : {carried_by}.", "Carrier: {carried_by}.")
IN_STOCK_ON = text("Il est attendu le {stock}.", "It is expected on {stock}.")
BACK_BY = text(
    "Le matériel défectueux est attendu chez SQP au plus tard le {due}.", "The faulty product is due at SQP by {due}."
)
REPLACEMENT_BACK_BY = text(
    "Le remplacement est attendu chez SQP au plus tard le {due}.", "The replacement is due at SQP by {due}."
)
SENT_AFTER = text("L’envoi a lieu après cette réception.", "Dispatch takes place once it has been received.")
DUE_LATER = text(
    "La date limite suit avec la livraison du remplacement.",
    "The last day follows with the delivery of the replacement.",
)
SAID_BY = text("Indiqué par {actor}.", "According to {actor}.")
SAID_BY_LINK = text("Indiqué depuis l’e-mail de rappel.", "According to an answer to the reminder.")

TO_COME_BACK = text(
    "{unit} est à renvoyer à SQP, au plus tard le {due}.", "{unit} is to be sent back to SQP, by {due} at the latest."
)
TO_COME_BACK_TODAY = text(
    "{unit} est à renvoyer à SQP : le délai prend fin aujourd’hui, le {due}.",
    "{unit} is to be sent back to SQP: the last day is today, {due}.",
)
NOT_BACK = text(
    "{unit} était à renvoyer à SQP au plus tard le {due} et n’est pas encore arrivé.",
    "{unit} was to be sent back to SQP by {due} and has not arrived yet.",
)
IF_LATE: Mapping[Consequence, Text] = {
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
NOW_LATE: Mapping[Consequence, Text] = {
    "warn": text("Merci de le renvoyer sans attendre.", "Please send it back without delay."),
    "standard": text(
        "Tant qu’il manque, un échange ne part qu’après réception du matériel défectueux.",
        "While it is missing, an exchange leaves only once the faulty product has been received.",
    ),
    "refused": text("Tant qu’il manque, aucun échange n’est accordé.", "While it is missing, no exchange is granted."),
}

TYPES: Mapping[ExchangeType, Text] = {
    "advance_exchange": text("échange avancé", "exchange in advance"),
    "standard_exchange": text("échange standard", "standard exchange"),
    "part_only": text("pièce seule", "part only"),
    "repair": text("réparation", "repair"),
    "credit": text("avoir", "credit"),
    "no_return": text("échange sans retour", "exchange without return"),
}
OUTCOMES: Mapping[Outcome, Text] = {
    "as_expected": text("conforme", "as expected"),
    "no_fault_found": text("aucun défaut constaté", "no fault found"),
    "mismatch": text("autre matériel que celui attendu", "not the product that was expected"),
    "partial": text("incomplet", "incomplete"),
    "retained": text("disque conservé", "disk kept"),
    "waived": text("SQP renonce au retour", "SQP gives the return up"),
    "invoiced": text("facturé", "invoiced"),
}

# Of what is to come back, where that is the replacement, or a part without serial number.
REPLACEMENT_UNIT = text("Le remplacement {unit}", "The replacement {unit}")
PART_UNIT = text("La pièce reçue pour {reference}", "The part received for {reference}")
UNIT = text("{reference} (n° de série {serial})", "{reference} (serial number {serial})")
UNITS = text("{count} produits", "{count} products")
EXCHANGED = text("{old}, remplacé par {new}", "{old}, replaced by {new}")
PRODUCTS = text("Produits", "Products")

ANSWER = text("Répondre sans vous connecter", "Answer without logging in")
SEE_INCIDENT = text("Voir l’incident", "See the incident")
FOLLOW = text("Suivre le colis", "Follow the parcel")
SLIP = text("Bon de retour (PDF)", "Return slip (PDF)")

PACKING = text(
    "À faire : sauvegardez vos données, glissez le bon de retour imprimé dans le colis, collez l’étiquette dessus et "
    "gardez la preuve de dépôt.",
    "To do: back your data up, put the printed return slip into the parcel, stick the label on it and keep the "
    "proof of posting.",
)
ANSWERS_OF_REPLACEMENT = text(
    "Colis déjà parti, délai, perte : le lien suffit pour le dire, et pour imprimer le bon de retour. Il est valable "
    "pour une seule réponse, jusqu’au {until}.",
    "Parcel sent already, more time, loss: the link is enough to say so, and to print the return slip. It is good for "
    "one answer, until {until}.",
)
ANSWERS = text(
    "Colis déjà parti, délai, perte, disque conservé : le lien suffit pour le dire, et pour imprimer le bon de retour. "
    "Il est valable pour une seule réponse, jusqu’au {until}.",
    "Parcel sent already, more time, loss, disk kept: the link is enough to say so, and to print the return slip. It "
    "is good for one answer, until {until}.",
)

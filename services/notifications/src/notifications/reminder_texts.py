"""What people read of contracts that end, in the feed and in an e-mail about one of them."""

from __future__ import annotations

from typing import Any

from web.i18n import Text, text

ENDS = text("[Fin de garantie] Contrat n° {number}", "[End of warranty] Contract no. {number}")
ORDER_CLOSES = text("[Dernier délai] Contrat n° {number}", "[Last days to order] Contract no. {number}")

TITLES_OF_MANY: dict[str, Text] = {
    "contract_expiring": text("[Fin de garantie] {count} contrats", "[End of warranty] {count} contracts"),
    "order_closing": text("[Dernier délai] {count} contrats", "[Last days to order] {count} contracts"),
}
BODIES_OF_MANY: dict[str, Text] = {
    "contract_expiring": text(
        "La garantie de {count} contrats prend fin le {day}, dont le n° {number} pour {product_reference}.",
        "The warranty of {count} contracts ends on {day}, among them no. {number} for {product_reference}.",
    ),
    "order_closing": text(
        "Les derniers jours pour commander une extension de {count} contrats approchent, dont le n° {number} pour "
        "{product_reference}.",
        "The last days to order an extension of {count} contracts are near, among them no. {number} for "
        "{product_reference}.",
    ),
}
BODIES: dict[str, Text] = {
    "expiring": text(
        "La garantie de {product_reference} prend fin le {day}, dans {days_left} jours.",
        "The warranty of {product_reference} ends on {day}, in {days_left} days.",
    ),
    "expiring_tomorrow": text(
        "La garantie de {product_reference} prend fin demain, le {day}.",
        "The warranty of {product_reference} ends tomorrow, {day}.",
    ),
    "expiring_today": text(
        "La garantie de {product_reference} prend fin aujourd’hui, le {day}.",
        "The warranty of {product_reference} ends today, {day}.",
    ),
    "order_closing": text(
        "Une extension pour {product_reference} peut être commandée jusqu’au {until} inclus.",
        "An extension for {product_reference} can be ordered until {until}.",
    ),
}


def body(facts: dict[str, Any]) -> Text:
    if facts.get("reminder") == "order":
        return BODIES["order_closing"]
    return BODIES[{0: "expiring_today", 1: "expiring_tomorrow"}.get(facts["days_left"], "expiring")]

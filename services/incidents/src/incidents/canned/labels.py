"""What macros do, in words."""

from __future__ import annotations

from collections.abc import Mapping

from api.incidents.canned import MacroStep, Part
from web.i18n import Text, text

PART: Mapping[Part, Text] = {
    "message": text("Message", "Message"),
    "exchange": text("Échange", "Exchange"),
    "status": text("État", "State"),
}

STEP: Mapping[MacroStep, Text] = {
    "approve": text("Accorder l’échange", "Approve the exchange"),
    "reject": text("Refuser l’échange", "Refuse the exchange"),
    "cancel": text("Annuler l’échange", "Cancel the exchange"),
    "send_label": text("Envoyer l’étiquette de retour", "Send the return label"),
    "close": text("Terminer l’échange", "Close the exchange"),
}

# Before it is applied.
MESSAGE = text("Ce message part à {reseller}.", "This message goes to {reseller}.")
TAKES: Mapping[MacroStep, Text] = {
    "approve": text(
        "L’échange du n° de série {serial} est accordé ({type})",
        "The exchange of serial number {serial} is approved ({type})",
    ),
    "reject": text("L’échange du n° de série {serial} est refusé", "The exchange of serial number {serial} is refused"),
    "cancel": text(
        "L’échange du n° de série {serial} est annulé ; un colis déjà préparé est rappelé",
        "The exchange of serial number {serial} is cancelled; a parcel that is prepared is called back",
    ),
    "send_label": text(
        "L’étiquette de retour du n° de série {serial} est notée comme envoyée",
        "The return label of serial number {serial} is noted as sent",
    ),
    "close": text("L’échange du n° de série {serial} est terminé", "The exchange of serial number {serial} is closed"),
}
GOES_ON = text(" : l’incident passe à l’état « {to} »", ": the incident moves to “{to}”")
MOVES = text("L’incident passe de l’état « {current} » à {to}.", "The incident moves from “{current}” to {to}.")
STAYS = text("L’incident reste à l’état {to}.", "The incident stays at {to}.")
QUOTED = text("« {} »", "“{}”")
THEN = text(", puis à ", ", then to ")

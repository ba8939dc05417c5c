"""What is next, whose turn it is, and what was done at the desk, in words."""

from __future__ import annotations

from collections.abc import Mapping

from api.incidents.desk import Act, Action, Turn
from web.i18n import Text, text

ACTION: Mapping[Action, Text] = {
    "answer": text("Répondre", "Answer"),
    "decide": text("Décider l’échange", "Decide on the exchange"),
    "inspect": text("Contrôler le retour", "Inspect the return"),
    "dispatch": text("Expédier", "Ship"),
    "close": text("Clore", "Close"),
    "start": text("Prendre en charge", "Take up"),
    "diagnose": text("Poursuivre le diagnostic", "Go on with the diagnosis"),
    "remind": text("Relancer", "Remind"),
    "check": text("Faire le point", "Check"),
    "chase_return": text("Relancer le retour", "Chase the return"),
}
NO_ACTION = text("Rien à faire", "Nothing to do")

TURN: Mapping[Turn, Text] = {
    "sqp": text("SQP", "SQP"),
    "reseller": text("Revendeur", "Reseller"),
    "client": text("Client", "Client"),
    "holder": text("Retour du matériel", "Return of the product"),
    "stock": text("Stock", "Stock"),
    "maker": text("Constructeur", "Maker"),
    "carrier": text("Transporteur", "Carrier"),
    "other": text("Autre", "Other"),
    "nobody": text("Personne", "Nobody"),
}

# ``to`` is who got it, or had it before.
ACT: Mapping[Act, Text] = {
    "take": text("{by} a pris l’incident", "{by} took the incident"),
    "next": text("{by} a reçu l’incident en demandant le suivant", "{by} was given the incident as the next one"),
    "assign": text("{by} l’a transmis à {to}", "{by} handed it to {to}"),
    "release": text("{by} l’a rendu", "{by} gave it back"),
    "skip": text("{by} l’a passé", "{by} passed it over"),
    "settle": text("{by} n’avait rien à y faire pour l’instant", "{by} had nothing to do about it for now"),
    "snooze": text("{by} l’a remis au {until}", "{by} put it off until {until}"),
    "wake": text("{by} l’a repris avant l’heure", "{by} took it up again early"),
    "remind": text("{by} a relancé {to}", "{by} reminded {to}"),
    "absent": text("{by} a rendu ce que {to} avait", "{by} gave back what {to} had"),
    "left": text("Rendu : {to} n’est plus au bureau", "Given back: {to} is no longer at the desk"),
}

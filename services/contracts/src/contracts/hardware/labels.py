"""The sentences about units that were exchanged. ``cover``: the sentence about the contract's cover."""

from __future__ import annotations

from web.i18n import text

IN_PROGRESS = text("{cover}. Son échange est en cours.", "{cover}. Its exchange is in progress.")
SENT = text(
    "{cover}. Son échange est en cours : {replacement} a été envoyé.",
    "{cover}. Its exchange is in progress: {replacement} has been sent.",
)
# Of a contract that ended meanwhile.
GOES_ON = text("{cover}. L’échange en cours va à son terme.", "{cover}. The exchange in progress is carried through.")
REPLACED = text(
    "Le matériel {serial} a été remplacé par {replacement} le {day}.",
    "Equipment {serial} was replaced by {replacement} on {day}.",
)
AWAITED = text(
    "Le matériel {replacement} remplacera {serial} à sa livraison : {serial} reste protégé jusque-là.",
    "Equipment {replacement} replaces {serial} once it is delivered: {serial} stays protected until then.",
)
LATER = text(
    "Le matériel {replacement} n’est protégé qu’à partir du {day}, à la place de {serial}.",
    "Equipment {replacement} is only protected from {day} on, in the place of {serial}.",
)
CREDITED = text(
    "Le matériel {serial} a été repris contre un avoir le {day} : il n’est plus protégé.",
    "Equipment {serial} was paid back on {day}: it is protected no more.",
)
RETURNED = text(
    "L’échange de {serial} par {replacement} a été annulé : {serial} est de nouveau protégé.",
    "The exchange of {serial} for {replacement} was reversed: {serial} is protected again.",
)

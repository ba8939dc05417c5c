"""What is told before an exchange is declared or asked for: its return, overdue ones, addresses it cannot go to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.incidents.overdue import AdvanceTerms, OverdueReturns
from events import OrganisationKind
from events.exchange_words import Consequence
from incidents.exchanges import addresses
from incidents.exchanges.labels import CONSEQUENCE
from incidents.exchanges.terms import Terms
from incidents.promises.terms import promises_next_day
from web.i18n import Language, Text, plural, text

STRICTEST_FIRST: tuple[Consequence, ...] = ("refused", "standard", "warn")

# Of one overdue return, and of several.
OVERDUE_NOW: Mapping[Consequence, tuple[Text, Text]] = {
    "warn": (
        text("Pensez à le renvoyer.", "Please send it back."),
        text("Pensez à les renvoyer.", "Please send them back."),
    ),
    "standard": (
        text(
            "Tant qu’il manque, un échange ne part qu’après réception du matériel défectueux.",
            "While it is missing, an exchange leaves only once the faulty product has been received.",
        ),
        text(
            "Tant qu’ils manquent, un échange ne part qu’après réception du matériel défectueux.",
            "While they are missing, an exchange leaves only once the faulty product has been received.",
        ),
    ),
    "refused": (
        text("Tant qu’il manque, aucun échange n’est accordé.", "While it is missing, no exchange is granted."),
        text("Tant qu’ils manquent, aucun échange n’est accordé.", "While they are missing, no exchange is granted."),
    ),
}
# Of returns that stand against an exchange and that the reader does not see: those of other clients of its reseller.
OVERDUE_ELSEWHERE: Mapping[Consequence, Text] = {
    "standard": text(
        "Un retour de votre revendeur à SQP est en retard : tant qu’il manque, un échange ne part qu’après réception "
        "du matériel défectueux.",
        "A return of your reseller to SQP is overdue: while it is missing, an exchange leaves only once the faulty "
        "product has been received.",
    ),
    "refused": text(
        "Un retour de votre revendeur à SQP est en retard : tant qu’il manque, aucun échange n’est accordé.",
        "A return of your reseller to SQP is overdue: while it is missing, no exchange is granted.",
    ),
}
RETURN_WITHIN = (
    text(
        "En cas d’échange avancé, le matériel défectueux est à renvoyer sous un jour après la livraison.",
        "In an exchange in advance, the faulty product is to be sent back within one day of the delivery.",
    ),
    text(
        "En cas d’échange avancé, le matériel défectueux est à renvoyer sous {days} jours après la livraison.",
        "In an exchange in advance, the faulty product is to be sent back within {days} days of the delivery.",
    ),
)
IN_PERSON = text(
    "Un échange avancé est remis en main propre : une boîte postale (BP), un CS ou un CEDEX ne convient pas.",
    "An exchange in advance is handed over in person: a PO box, CS or CEDEX will not do.",
)
UNATTENDED = text(
    "Un échange avancé est remis en main propre et ne peut pas être livré à cette adresse (« {part} »). Indiquez-en "
    "une où quelqu’un réceptionne.",
    "An exchange in advance is handed over in person and cannot be delivered to this address (“{part}”). Give one "
    "where somebody receives it.",
)
UNATTENDED_FOR_SQP = text(
    "Un échange avancé est remis en main propre et ne peut pas être livré à l’adresse de l’incident (« {part} ») : "
    "demandez-en une où quelqu’un réceptionne.",
    "An exchange in advance is handed over in person and cannot be delivered to the incident's address (“{part}”): ask "
    "for one where somebody receives it.",
)
UNATTENDED_OF_INCIDENT = text(
    "Un échange avancé est remis en main propre et ne peut pas être livré à l’adresse de l’incident (« {part} ») : "
    "indiquez par la messagerie une adresse où quelqu’un réceptionne.",
    "An exchange in advance is handed over in person and cannot be delivered to the incident's address (“{part}”): "
    "send a message with an address where somebody receives it.",
)


def overdue(
    seen: Mapping[Consequence, int], counted: Mapping[Consequence, int], language: Language
) -> OverdueReturns | None:
    """Those that stand against an exchange the most: what the others mean does not add to it. ``seen``: those that the
    reader sees; ``counted``: all that SQP counts."""
    word = next((each for each in STRICTEST_FIRST if each in counted), None)
    if word is None:
        return None
    if word not in seen and word in OVERDUE_ELSEWHERE:
        return OverdueReturns(count=0, sentence=OVERDUE_ELSEWHERE[word][language])
    if word not in seen:
        return None
    one, many = OVERDUE_NOW[word]
    return OverdueReturns(count=seen[word], sentence=plural(seen[word], one, many)[language])


def advance(terms: Terms, service_level: str, language: Language) -> AdvanceTerms | None:
    """None where the cover promises no exchange in advance."""
    if not promises_next_day(service_level):
        return None
    return AdvanceTerms(returns=return_terms(terms, service_level, language), addresses=IN_PERSON[language])


def return_terms(terms: Terms, service_level: str, language: Language) -> str:
    days = terms.days(service_level)
    within = plural(days, *RETURN_WITHIN)[language].format(days=days)
    return f"{within} {CONSEQUENCE[terms.overdue][language]}"


def of_choice(address: Mapping[str, Any], service_level: str, language: Language) -> str:
    """The warning of an address that a declaration may choose; empty where there is none."""
    part = addresses.unattended(address) if promises_next_day(service_level) else ""
    return UNATTENDED[language].format(part=part) if part else ""


def of_incident(address: Mapping[str, Any], kind: OrganisationKind | None, language: Language) -> str:
    """The warning of an incident's address, where an exchange in advance may go there; empty where there is none."""
    part = addresses.unattended(address)
    said = UNATTENDED_FOR_SQP if kind in (None, "sqp") else UNATTENDED_OF_INCIDENT
    return said[language].format(part=part) if part else ""

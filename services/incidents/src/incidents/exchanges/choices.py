"""What the steps of an exchange may say, in the caller's language."""

from __future__ import annotations

from api.incidents.exchanges import ExchangeChoices
from api.incidents.incidents import Choice
from incidents.exchanges import labels
from incidents.exchanges.carriers import CARRIERS, label
from incidents.labels import choices
from web.i18n import Language


def of(language: Language) -> ExchangeChoices:
    outcomes = {word: labels.OUTCOME[word] for word in labels.INSPECTIONS}
    settlements = {word: labels.OUTCOME[word] for word in labels.SETTLEMENTS}
    return ExchangeChoices(
        types=choices(labels.TYPE, language),
        conditions=choices(labels.CONDITION, language),
        carriers=carriers(language),
        inspections=choices(outcomes, language),
        settlements=choices(settlements, language),
        reversals=choices(labels.REVERSAL, language),
        claims=choices(labels.CLAIM, language),
    )


def carriers(language: Language) -> list[Choice]:
    return [Choice(value=carrier, label=label(carrier, language)) for carrier in CARRIERS]

"""What the steps of an exchange may say, in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from api.incidents.exchanges import ExchangeChoices
from api.incidents.incidents import Choice
from incidents.exchanges import labels
from incidents.exchanges.carriers import CARRIERS
from web.i18n import Language, Text

Word = TypeVar("Word")


def of(language: Language) -> ExchangeChoices:
    outcomes = {word: labels.OUTCOME[word] for word in labels.INSPECTIONS}
    settlements = {word: labels.OUTCOME[word] for word in labels.SETTLEMENTS}
    return ExchangeChoices(
        types=_words(labels.TYPE, language),
        conditions=_words(labels.CONDITION, language),
        carriers=carriers(),
        inspections=_words(outcomes, language),
        settlements=_words(settlements, language),
        reversals=_words(labels.REVERSAL, language),
        claims=_words(labels.CLAIM, language),
    )


def carriers() -> list[Choice]:
    return [Choice(value=name, label=known.label) for name, known in CARRIERS.items()]


def _words(words: Mapping[Word, Text], language: Language) -> list[Choice]:
    return [Choice(value=str(word), label=label[language]) for word, label in words.items()]

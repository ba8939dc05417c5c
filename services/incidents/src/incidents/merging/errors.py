"""What keeps two incidents apart, or together, and what to do instead."""

from __future__ import annotations

from incidents.labels import STATUS
from web.errors import Conflict
from web.i18n import Language, text


class MergedWithItself(Conflict):
    code = "merged_with_itself"
    message = text("Un incident ne se fusionne pas avec lui-même.", "An incident is not merged with itself.")


class NotOfTheSame(Conflict):
    """The two incidents belong to different resellers or clients: merging would show each the other's messages."""

    code = "not_of_the_same"
    message = text(
        "Seuls les incidents d’un même revendeur et d’un même client se fusionnent : liez-les plutôt.",
        "Only incidents of one reseller and one client are merged: link them instead.",
    )


class NotBothOpen(Conflict):
    code = "not_both_open"
    message = text(
        "Seuls des incidents ouverts se fusionnent, et le n° {number} est à l’état « {state} » : liez-les plutôt.",
        "Only open incidents are merged, and no. {number} is in state “{state}”: link them instead.",
    )

    def sentence(self, language: Language) -> str:
        state = STATUS[self.members["state"]][language]
        return self.message[language].format(number=self.members["number"], state=state)


class TookOneIn(Conflict):
    """``other``: what was merged into it. What is merged is never merged again, so that there is one place to read."""

    code = "took_one_in"
    message = text(
        "Le n° {other} est déjà fusionné dans le n° {number} : fusionnez plutôt le n° {target} dans le n° {number}.",
        "No. {other} is merged into no. {number} already: merge no. {target} into no. {number} instead.",
    )


class ExchangeUnderWay(Conflict):
    code = "exchange_under_way"
    message = text(
        "Un échange est en cours sur le n° {number} : fusionnez plutôt le n° {target} dans le n° {number}, ou "
        "liez-les.",
        "An exchange is under way on no. {number}: merge no. {target} into no. {number} instead, or link them.",
    )


class PromiseLost(Conflict):
    """The other incident promises no dispatch of the same products on that day."""

    code = "promise_lost"
    message = text(
        "L’envoi que le n° {number} promet pour le {day} serait perdu : fusionnez plutôt le n° {target} dans le "
        "n° {number}, ou liez-les.",
        "The dispatch that no. {number} promises for {day} would be lost: merge no. {target} into no. {number} "
        "instead, or link them.",
    )


class NotMerged(Conflict):
    code = "not_merged"
    message = text("L’incident n° {number} n’est pas fusionné.", "Incident no. {number} is not merged.")


class TooLateToPart(Conflict):
    code = "too_late_to_part"
    message = text(
        "La fusion date de plus de dix minutes et ne s’annule plus : écrivez dans l’incident n° {target}, ou déclarez "
        "un nouvel incident lié.",
        "The merge is more than ten minutes old and stays: write in incident no. {target}, or declare a new linked "
        "incident.",
    )

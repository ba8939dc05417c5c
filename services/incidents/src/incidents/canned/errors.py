"""What is refused about canned answers, and why."""

from __future__ import annotations

from typing import Self

from api.incidents.canned import Part
from incidents.canned.labels import PART
from web.errors import Conflict, NotFound, Problem
from web.i18n import Language, text


class CannedAnswerNotFound(NotFound):
    code = "canned_answer_not_found"
    message = text("Cette réponse type n’existe pas ou plus.", "This canned answer does not exist any more.")


class TitleTaken(Conflict):
    code = "title_taken"
    message = text(
        "Une autre réponse type s’appelle déjà « {named} ».", "Another canned answer is called “{named}” already."
    )


class UnknownName(Conflict):
    code = "unknown_name"
    message = text(
        "« {name} » n’est pas un nom de la liste : rien ne pourrait le remplacer.",
        "“{name}” is no name of the list: nothing could stand in its place.",
    )


class UnfilledName(Conflict):
    """A message of SQP would show the reseller what was to be filled in."""

    code = "unfilled_name"
    message = text(
        "Votre message n’est pas parti : il contient encore {names}. Remplacez ce qui est entre accolades, puis "
        "renvoyez-le.",
        "Your message was not sent: it still holds {names}. Replace what is in braces, then send it again.",
    )


class ReasonWithPending(Conflict):
    code = "reason_with_pending"
    message = text(
        "Ce que l’on attend accompagne l’état « En attente », et lui seul.",
        "What is waited for goes with “On hold”, and with that alone.",
    )


class TypeWithApproval(Conflict):
    code = "type_with_approval"
    message = text(
        "Le type d’échange accompagne l’accord d’un échange, et lui seul.",
        "The type of exchange goes with the approval of an exchange, and with that alone.",
    )


class NoteNeeded(Conflict):
    code = "note_needed"
    message = text(
        "Écrivez la note en français : un refus ou une annulation ne va pas sans elle, ni la note anglaise.",
        "Write the note in French: neither a refusal, a cancellation nor the English note goes without it.",
    )


class NoteLeadsNowhere(Conflict):
    code = "note_leads_nowhere"
    message = text(
        "La note accompagne une étape de l’échange ou un nouvel état : choisissez l’un ou l’autre.",
        "The note goes with a step of the exchange or a new state: choose one of them.",
    )


class NotAMacro(Conflict):
    code = "not_a_macro"
    message = text(
        "« {named} » est un texte seulement : insérez-le dans votre message.",
        "“{named}” is a text only: insert it into your message.",
    )


class NothingKnown(Conflict):
    code = "nothing_known"
    message = text("on ne sait pas par quoi remplacer {names}.", "nothing is known to replace {names} with.")


class MessageUnderWay(Conflict):
    """What a person is writing is neither sent along nor thrown away."""

    code = "message_under_way"
    message = text(
        "vous avez un message en cours dans cette messagerie. Envoyez-le ou effacez-le d’abord.",
        "you have a message under way in this thread. Send it or empty it first.",
    )


class SeveralExchanges(Conflict):
    code = "several_exchanges"
    message = text(
        "Plusieurs produits ou échanges sont concernés : choisissez le bon dans l’onglet Échange.",
        "Several products or exchanges are concerned: choose the right one on the Exchange tab.",
    )


class NoExchange(Conflict):
    code = "no_exchange"
    message = text("Aucun échange n’est demandé sur cet incident.", "No exchange is asked for on this incident.")


class MacroRefused(Conflict):
    """``part``: which part of the macro; ``reason``: the code of what refused it, whose sentence is told."""

    code = "macro_refused"
    message = text("« {macro} » n’a rien fait. {part} : {why}", "“{macro}” did nothing. {part}: {why}")
    cause: Problem

    @classmethod
    def of(cls, macro: str, part: Part, cause: Problem) -> Self:
        refused = cls(macro=macro, part=part, reason=cause.code)
        refused.cause = cause
        return refused

    def sentence(self, language: Language) -> str:
        part, why = PART[self.members["part"]][language], self.cause.sentence(language)
        return self.message[language].format(macro=self.members["macro"], part=part, why=why)

"""What is refused at the desk, and why."""

from __future__ import annotations

from web.errors import Conflict
from web.i18n import text


class TakenAlready(Conflict):
    """A colleague was faster, or has had it since before the page was loaded."""

    code = "taken_already"
    message = text(
        "{name} s’occupe déjà de l’incident n° {number}. Pour le reprendre, choisissez « Transmettre », votre nom, et "
        "dites pourquoi.",
        "{name} has incident no. {number} already. To take it over, choose “Hand over”, your own name, and say why.",
    )


class ReasonNeeded(Conflict):
    """What a colleague has changes hands only with a note, which the colleague reads."""

    code = "reason_needed"
    message = text(
        "{name} s’occupe de l’incident n° {number} : dites dans la note pourquoi il change de mains.",
        "{name} has incident no. {number}: say in the note why it changes hands.",
    )


class NotYoursToRelease(Conflict):
    code = "not_yours_to_release"
    message = text(
        "L’incident n° {number} n’est pas à vous : il n’y a rien à rendre.",
        "Incident no. {number} is not yours: there is nothing to give back.",
    )


class NotAtTheDesk(Conflict):
    """Not of SQP, disabled, or reading only."""

    code = "not_at_the_desk"
    message = text(
        "Cette personne ne peut pas recevoir d’incident : choisissez un administrateur actif de SQP.",
        "This person cannot be given an incident: choose an active administrator of SQP.",
    )


class NothingToPutOff(Conflict):
    code = "nothing_to_put_off"
    message = text(
        "Rien n’est à faire sur l’incident n° {number} : il n’y a rien à remettre.",
        "Nothing is to be done on incident no. {number}: there is nothing to put off.",
    )


class NotPutOff(Conflict):
    code = "not_put_off"
    message = text("L’incident n° {number} n’est pas remis à plus tard.", "Incident no. {number} is not put off.")


class PutOffTooFar(Conflict):
    """``first`` and ``last``: the days between which it may be."""

    code = "put_off_too_far"
    message = text("Choisissez un jour du {first} au {last}.", "Choose a day from {first} to {last}.")


class PromiseComesFirst(Conflict):
    code = "promise_comes_first"
    message = text(
        "L’envoi est promis pour le {day} : l’incident ne peut pas être remis au-delà.",
        "Dispatch is promised for {day}: the incident cannot be put off beyond that day.",
    )


class LinkedToItself(Conflict):
    code = "linked_to_itself"
    message = text("Un incident ne se lie pas à lui-même.", "An incident is not linked to itself.")


class OtherNotFound(Conflict):
    code = "other_not_found"
    message = text("Aucun incident n’a le n° {number}.", "No incident has no. {number}.")


class LinkedAlready(Conflict):
    code = "linked_already"
    message = text("Ces deux incidents sont déjà liés.", "These two incidents are linked already.")


class NotLinked(Conflict):
    code = "not_linked"
    message = text(
        "L’incident n° {number} n’est pas lié à celui-ci.", "Incident no. {number} is not linked to this one."
    )


class NothingToSettle(Conflict):
    code = "nothing_to_settle"
    message = text(
        "Il reste à faire sur l’incident n° {number} : seuls une réponse ou un rappel se mettent de côté.",
        "Something is left to be done on incident no. {number}: only an answer or a reminder can be put aside.",
    )


class NothingAwaited(Conflict):
    code = "nothing_awaited"
    message = text(
        "Aucune réponse n’est attendue sur l’incident n° {number} : il n’y a personne à relancer.",
        "No answer is awaited on incident no. {number}: there is nobody to remind.",
    )


class AnswerFirst(Conflict):
    """Who is awaited has written since SQP last did."""

    code = "answer_first"
    message = text(
        "Le revendeur a écrit le {at} sur l’incident n° {number} : répondez-lui plutôt que de le relancer.",
        "The reseller wrote on {at} on incident no. {number}: answer rather than remind.",
    )


class NobodyToRemind(Conflict):
    """No administrator of the awaited side has an active account, or its access to the portal is closed."""

    code = "nobody_to_remind"
    message = text(
        "Personne ne répond au portail pour {name} (aucun administrateur actif, ou accès fermé) : une relance ne "
        "serait lue par personne.",
        "Nobody answers in the portal for {name} (no active administrator, or access closed): nobody would read a "
        "reminder.",
    )


class RemindedLately(Conflict):
    """``again``: from when on the next reminder may be sent."""

    code = "reminded_lately"
    message = text(
        "Un rappel est parti le {at} pour l’incident n° {number} : le suivant sera possible à partir du {again}.",
        "A reminder was sent on {at} for incident no. {number}: the next one is possible from {again} on.",
    )

"""What is refused about canned answers, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound
from web.i18n import text


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

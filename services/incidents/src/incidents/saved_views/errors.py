"""What is refused of saved views, and why."""

from __future__ import annotations

from web.errors import Conflict, Forbidden, NotFound
from web.i18n import text


class ViewNotFound(NotFound):
    """Also another person's own."""

    code = "view_not_found"
    message = text("Cette vue n’existe plus.", "This view does not exist any more.")


class NameTaken(Conflict):
    code = "name_taken"
    message = text(
        "Une autre vue s’appelle déjà « {named} » : choisissez un autre nom.",
        "Another view is called “{named}” already: choose another name.",
    )


class TooManyViews(Conflict):
    code = "too_many_views"
    message = text(
        "Vous avez déjà {most} vues à vous, ou il y a déjà {most} vues partagées : supprimez-en une d’abord.",
        "You have {most} views of your own, or {most} are shared already: remove one first.",
    )


class NotYoursToShare(Forbidden):
    code = "not_yours_to_share"
    message = text(
        "Seule la personne qui a créé la vue choisit si elle est partagée.",
        "Only the person who made the view chooses whether it is shared.",
    )

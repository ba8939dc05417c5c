"""What is refused of a person's views, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound
from web.i18n import text


class ViewNotFound(NotFound):
    """Raised for another person's view as well, so that its existence stays hidden."""

    code = "view_not_found"
    message = text("Cette vue n’existe plus.", "This view does not exist any more.")


class ViewNameTaken(Conflict):
    code = "name_taken"
    message = text(
        "Une autre de vos vues s’appelle déjà « {named} » : choisissez un autre nom.",
        "Another one of your views is called “{named}” already: choose another name.",
    )


class TooManyViews(Conflict):
    code = "too_many_views"
    message = text(
        "Vous avez déjà {most} vues de cette liste : supprimez-en une d’abord.",
        "You have {most} views of this list already: remove one first.",
    )

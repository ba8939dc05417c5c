"""What is refused about drafts, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound
from web.i18n import text


class DraftNotFound(NotFound):
    code = "draft_not_found"
    message = text("Ce brouillon n’existe pas ou n’existe plus.", "This draft does not exist, or no longer does.")


class TooManyDrafts(Conflict):
    code = "too_many_drafts"
    message = text(
        "Vous avez déjà {limit} brouillons : envoyez-en ou supprimez-en un.",
        "You have {limit} drafts already: send or delete one.",
    )

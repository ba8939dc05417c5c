"""What the portal refuses by itself."""

from __future__ import annotations

from typing import Any

from web.errors import Problem
from web.i18n import text


class CrossSite(Problem):
    """A browser session's change that did not come from the platform's own pages."""

    status = 403
    code = "cross_site"
    message = text(
        "Cette action doit venir d’une page de la plateforme. Rechargez la page, puis recommencez.",
        "This action must come from a page of the platform. Reload the page, then try again.",
    )


class SessionEnded(Problem):
    status = 401
    code = "session_ended"
    message = text("Votre session est terminée. Reconnectez-vous.", "Your session has ended. Log in again.")


class AnotherPerson(Problem):
    """A page that was opened by one person sends a request after another person logged in in the same browser."""

    status = 409
    code = "another_person"
    message = text(
        "Une autre personne s’est connectée dans ce navigateur. Rechargez la page pour continuer.",
        "Another person has logged in in this browser. Reload the page to go on.",
    )


class PrinterBusy(Problem):
    status = 503
    code = "printer_busy"
    message = text(
        "Le document ne peut pas être préparé pour l’instant. Réessayez dans une minute.",
        "The document cannot be prepared for now. Try again in a minute.",
    )

    def __init__(self, **members: Any) -> None:
        super().__init__(headers={"Retry-After": "60"}, **members)


class TooManyDocuments(Problem):
    """By one person at once."""

    status = 429
    code = "too_many_documents"
    message = text(
        "Vos documents précédents sont encore en préparation. Réessayez dans quelques secondes.",
        "Your documents before this one are still being prepared. Try again in a few seconds.",
    )

    def __init__(self, **members: Any) -> None:
        super().__init__(headers={"Retry-After": "10"}, **members)

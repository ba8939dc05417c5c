"""What sharing refuses, and why."""

from __future__ import annotations

from web.errors import Conflict, Forbidden
from web.i18n import text


class SharingNotYours(Forbidden):
    code = "sharing_not_yours"
    message = text(
        "Seul le client dit qui voit l’incident dans son organisation.",
        "The client alone says who of its organisation sees the incident.",
    )


class UnknownReader(Conflict):
    code = "unknown_reader"
    message = text(
        "L’une des personnes choisies ne fait plus partie de votre organisation : choisissez à nouveau.",
        "One of the people chosen is of your organisation no more: choose again.",
    )

"""What is refused about closures, and why."""

from __future__ import annotations

from datetime import date
from typing import Self

from web.errors import Conflict, NotFound, Problem
from web.i18n import text


class _OfADay(Problem):
    """``day`` as a person reads it."""

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day=f"{day:%d/%m/%Y}", field="day")


class DayIsOver(_OfADay, Conflict):
    code = "day_is_over"
    message = text(
        "Le {day} est passé : une fermeture s’ajoute ou se retire au plus tard le jour même. Les promesses déjà faites "
        "ne changent pas.",
        "{day} is past: a closure is added or removed on the day itself at the latest. Promises that were made do not "
        "change.",
    )


class NotAWorkingDay(_OfADay, Conflict):
    code = "not_a_working_day"
    message = text(
        "Le {day} n’est pas un jour ouvré : rien n’est expédié ce jour-là, fermeture ou non.",
        "{day} is no working day: nothing is dispatched then, closure or not.",
    )


class ClosedAlready(_OfADay, Conflict):
    code = "closed_already"
    message = text("Le {day} est déjà un jour de fermeture.", "{day} is a closure already.")


class ClosureNotFound(_OfADay, NotFound):
    code = "closure_not_found"
    message = text("Le {day} n’est pas un jour de fermeture.", "{day} is no closure.")

"""What is refused of an import, and of its lines."""

from __future__ import annotations

from web.errors import BodyTooLarge, Conflict, MalformedRequest, NotFound, Problem
from web.i18n import text


class ImportNotFound(NotFound):
    """Also of one that ended more than ninety days ago."""

    code = "import_not_found"
    message = text("Cet import n’existe pas.", "This import does not exist.")


class ImportEmpty(Problem):
    status = 422
    code = "import_empty"
    message = text("L’import ne contient aucune ligne.", "The import has no line.")


class ImportInterrupted(MalformedRequest):
    code = "import_interrupted"
    message = text(
        "L’envoi s’est interrompu : rien n’est enregistré.", "The body stopped half-way: nothing is registered."
    )


class TooManyLines(BodyTooLarge):
    code = "too_many_lines"
    message = text(
        "L’import compte trop de lignes : {limit} au plus.", "The import has too many lines: {limit} at most."
    )


class TooManyImports(Conflict):
    code = "too_many_imports"
    message = text(
        "{limit} imports sont déjà en cours : attendez la fin de l’un d’eux.",
        "{limit} imports are under way: wait until one of them has ended.",
    )


class NumberTwice(Conflict):
    """Of a line."""

    code = "number_twice"
    message = text(
        "Le contrat n° {number} figure déjà à la ligne {line} de cet import.",
        "Contract no. {number} is on line {line} of this import already.",
    )

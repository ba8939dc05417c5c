"""Errors are classes with a status and a code; the edge renders them once, as problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from web.i18n import Language, Text, text

# What every answer says (:func:`web.http.rendering.render`).
STANDARD = frozenset({"type", "title", "status", "detail", "code", "instance", "request_id"})


class Problem(Exception):
    """An error with a sentence for people.

    ``message`` holds the sentence per language, with ``{placeholders}`` filled from the keyword arguments, which also
    travel as extension members of the answer.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    # Commits the transaction, because the error itself must be recorded (a wrong password, a reused token).
    keeps_changes: ClassVar[bool] = False
    message: ClassVar[Text] = text(
        "Le service a rencontré une difficulté. Réessayez dans un instant.",
        "The service ran into a difficulty. Try again in a moment.",
    )

    def __init__(self, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(self.code)
        assert not STANDARD & members.keys(), "a member would take the place of one of RFC 9457's, or ours"
        self.headers = dict(headers or {})
        self.members = members

    def sentence(self, language: Language) -> str:
        return self.message[language].format_map(self.members)


class NotFound(Problem):
    """The object is missing, or the caller may not see it: the same answer for both."""

    status = 404
    code = "not_found"
    message = text(
        "Cet élément n’existe pas ou ne vous est pas accessible.", "This does not exist or is not yours to see."
    )


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"
    message = text("Cette opération n’existe pas ici.", "This operation does not exist here.")


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"
    message = text("Connectez-vous pour continuer.", "Log in to continue.")

    def __init__(self, **members: Any) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"}, **members)


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    message = text("Vos droits ne permettent pas cette opération.", "Your rights do not allow this operation.")


class MalformedInput(Problem):
    """``errors``: a list of ``{"field", "message", "type"}``."""

    status = 422
    code = "malformed_input"
    message = text(
        "Certaines informations manquent ou ne sont pas valables.", "Some of the information is missing or not valid."
    )


class MalformedRequest(Problem):
    status = 400
    code = "malformed_request"
    message = text("La requête n’a pas pu être lue.", "The request could not be read.")


class BodyTooLarge(Problem):
    status = 413
    code = "too_large"
    message = text(
        "L’envoi est trop volumineux : {limit} octets au plus.", "The body is too large: {limit} bytes at most."
    )


class TooManyValues(Problem):
    status = 413
    code = "too_many_values"
    message = text(
        "L’envoi contient trop de valeurs, ou trop de niveaux.", "The body holds too many values, or too many levels."
    )


class UnsupportedMediaType(Problem):
    status = 415
    code = "unsupported_media_type"
    message = text("Ce type de contenu n’est pas accepté.", "This type of content is not accepted.")


class Conflict(Problem):
    """The base of every 409: a business rule forbids the change."""

    status = 409
    code = "conflict"
    message = text("L’état actuel ne permet pas cette opération.", "The current state does not allow this operation.")


class PreconditionRequired(Problem):
    status = 428
    code = "precondition_required"
    message = text(
        "Indiquez la version que vous modifiez (en-tête If-Match).", "Say which version you change (If-Match header)."
    )


class PreconditionFailed(Problem):
    status = 412
    code = "precondition_failed"
    message = text(
        "Quelqu’un a modifié cet élément entre-temps. Rechargez-le.",
        "Somebody changed this in the meantime. Reload it.",
    )


class TooManyRequests(Problem):
    status = 429
    code = "too_many_requests"
    message = text(
        "Trop de tentatives. Réessayez dans {retry_after} secondes.",
        "Too many attempts. Try again in {retry_after} seconds.",
    )

    def __init__(self, *, retry_after: int, **members: Any) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, retry_after=retry_after, **members)


class Unavailable(Problem):
    status = 503
    code = "unavailable"
    message = text(
        "Le service est momentanément indisponible. Réessayez dans un instant.",
        "The service is unavailable for the moment. Try again shortly.",
    )

    def __init__(self, *, retry_after: int = 2, **members: Any) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, **members)

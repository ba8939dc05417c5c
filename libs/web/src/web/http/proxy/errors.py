"""What a proxy refuses by itself, and what it says of a service that failed it."""

from __future__ import annotations

from typing import Any

from web.errors import MalformedRequest, Problem
from web.i18n import text

RETRY_AFTER = {"Retry-After": "2"}


class BadPath(MalformedRequest):
    """An address that could mean one thing here and another in a service."""

    code = "bad_path"
    message = text("Cette adresse n’est pas valable.", "This address is not valid.")


class AmbiguousRequest(MalformedRequest):
    """Headers that could mean one thing here and another in a service."""

    code = "ambiguous_request"
    message = text("Les en-têtes de la requête se contredisent.", "The headers of the request contradict each other.")


class RequestTimeout(Problem):
    """The sender of the request stopped sending."""

    status = 408
    code = "request_timeout"
    message = text("L’envoi s’est interrompu. Recommencez.", "The upload stopped half-way. Send it again.")


class UpstreamBroken(Problem):
    """A service broke off before it answered: what it did is unknown."""

    status = 502
    code = "bad_gateway"
    message = text(
        "Le service a interrompu sa réponse. Vérifiez, puis réessayez dans un instant.",
        "The service broke off before it answered. Check, then try again shortly.",
    )

    def __init__(self, **members: Any) -> None:
        super().__init__(headers=RETRY_AFTER, **members)


class UpstreamTimeout(Problem):
    """A service did not answer in time: what it did is unknown."""

    status = 504
    code = "gateway_timeout"
    message = text(
        "Le service met trop de temps à répondre. Vérifiez, puis réessayez dans un instant.",
        "The service takes too long to answer. Check, then try again shortly.",
    )

    def __init__(self, **members: Any) -> None:
        super().__init__(headers=RETRY_AFTER, **members)

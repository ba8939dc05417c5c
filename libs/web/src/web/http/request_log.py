"""One line in the log for each answer, under the ``request_id`` that the answer shows, with the caller."""

from __future__ import annotations

import logging

from starlette.types import Scope

from web.auth.principal import Principal

log = logging.getLogger("chassis.requests")

# Probes: requested every few seconds, and never the request that an operator looks for.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
# Characters; longer than any path of ours, so that a client cannot fill the disk with one.
LONGEST_PATH = 300


def answered(scope: Scope, status: int, seconds: float) -> None:
    """The path without its query, which may contain tokens and names."""
    if scope["path"] in PROBES or not log.isEnabledFor(logging.INFO):
        return
    method, path, milliseconds = scope["method"], scope["path"][:LONGEST_PATH], round(seconds * 1000, 1)
    told = {"method": method, "path": path, "status": status, "milliseconds": milliseconds, **_caller(scope)}
    log.info("%s %s: %s in %s ms", method, path, status, milliseconds, extra=told)


def _caller(scope: Scope) -> dict[str, str | None]:
    """A person's id and organisation's, or a service account's id, if the caller is authenticated."""
    principal = (scope.get("state") or {}).get("principal")
    if not isinstance(principal, Principal):
        return {"subject": None, "organisation": None}
    of = principal.organisation_id
    return {"subject": principal.subject, "organisation": str(of) if of else None}

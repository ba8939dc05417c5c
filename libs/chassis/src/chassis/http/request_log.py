"""One line in the log for each answer, under the ``request_id`` that the answer shows."""

from __future__ import annotations

import logging

from starlette.types import Scope

log = logging.getLogger("chassis.requests")

# Asked every few seconds, and of no interest to who looks for a request.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
# Characters; no path of ours has as many, and nobody fills the disk with one.
LONGEST_PATH = 300


def answered(scope: Scope, status: int, seconds: float) -> None:
    """The path without its query, where tokens and names stand."""
    if scope["path"] in PROBES or not log.isEnabledFor(logging.INFO):
        return
    method, path, milliseconds = scope["method"], scope["path"][:LONGEST_PATH], round(seconds * 1000, 1)
    told = {"method": method, "path": path, "status": status, "milliseconds": milliseconds}
    log.info("%s %s: %s in %s ms", method, path, status, milliseconds, extra=told)

"""The HTTP of the identity service, by noun."""

from __future__ import annotations

from identity.api import (
    accounts,
    addresses,
    backoffice,
    clients,
    invitations,
    me,
    oauth,
    organisation,
    sessions,
    users,
    well_known,
)

ROUTERS = (
    sessions.router,
    accounts.router,
    oauth.router,
    me.router,
    organisation.router,
    users.router,
    addresses.router,
    clients.router,
    invitations.router,
    backoffice.router,
)
WELL_KNOWN = well_known.router

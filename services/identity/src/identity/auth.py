"""Who may call which route of the identity service.

A token says who its holder was up to a minute ago. Identity owns the rows that say who the holder is now, so each of
its writes reads them first, under lock (docs/decisions/0010); reads keep the minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from chassis import audit
from chassis.http.unit_of_work import SAFE_METHODS
from events import OrganisationKind
from identity.factors.errors import ProofNeeded
from identity.service import actors
from web import clock
from web.auth.principal import Principal
from web.auth.rules import EVERYBODY, Public, Rule
from web.errors import Forbidden


@dataclass(frozen=True)
class Present(Rule):
    """The rule, and for a write that the caller's own rows still say so. ``is_late``: the handler hashes a password
    first and its service asks :mod:`identity.service.actors` afterwards, so that no lock is held meanwhile.
    ``is_proven``: the person has given password and second factor again in the last minutes."""

    is_late: bool = False
    is_proven: bool = False

    async def __call__(self, request: Request) -> Principal:
        principal = await super().__call__(request)
        if request.method in SAFE_METHODS:
            return principal
        # What identity changes it puts on record itself, in words of its own; the same again, which changes nothing,
        # is worth no line.
        audit.skip(request.state.session)
        if self.is_late:
            return principal
        if self.scope is not None:
            await actors.lock_account(request.state.session, principal, self.scope)
            return principal
        now = await actors.lock(request.state.session, principal)
        if self.write and not now.is_administrator:
            raise Forbidden
        fresh = timedelta(minutes=request.app.state.resources.settings.fresh_minutes)
        if self.is_proven and not now.session.is_proven(clock.now(), fresh):
            raise ProofNeeded
        return principal


def _people(*kinds: OrganisationKind, write: bool = False, is_late: bool = False, is_proven: bool = False) -> Present:
    return Present(frozenset(kinds) or EVERYBODY, write, is_late=is_late, is_proven=is_proven)


Person = Annotated[Principal, Depends(_people())]
PersonWithPassword = Annotated[Principal, Depends(_people(is_late=True))]
ProvenPerson = Annotated[Principal, Depends(_people(is_proven=True))]
Administrator = Annotated[Principal, Depends(_people(write=True))]
CanReadClients = Annotated[Principal, Depends(_people("reseller", "sqp"))]
ProvenAdministrator = Annotated[Principal, Depends(_people(write=True, is_proven=True))]
ClientManager = Annotated[Principal, Depends(_people("reseller", "sqp", write=True))]
Support = Annotated[Principal, Depends(_people("sqp"))]
SupportAdministrator = Annotated[Principal, Depends(_people("sqp", write=True))]
ProvenSupport = Annotated[Principal, Depends(_people("sqp", write=True, is_proven=True))]
BackOffice = Annotated[Principal, Depends(Present(scope="identity:write"))]

ANYONE_LOGS_IN = Depends(Public("proof of identity is in the body"))
ANYONE_WITH_A_LINK = Depends(Public("the link's token is the proof"))
ANYONE_ASKS = Depends(Public("asked before there is a session; answers the same whatever the case"))
VERIFIERS = Depends(Public("every service verifies tokens with these keys"))

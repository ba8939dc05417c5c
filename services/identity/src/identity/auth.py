"""Who may call which route of the identity service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from chassis.auth.principal import Principal
from chassis.auth.rules import Public, people, service_account

Person = Annotated[Principal, Depends(people())]
Administrator = Annotated[Principal, Depends(people(write=True))]
ClientReader = Annotated[Principal, Depends(people("reseller", "sqp"))]
ClientManager = Annotated[Principal, Depends(people("reseller", "sqp", write=True))]
Support = Annotated[Principal, Depends(people("sqp"))]
BackOffice = Annotated[Principal, Depends(service_account("identity:write"))]

ANYONE_LOGS_IN = Depends(Public("proof of identity is in the body"))
ANYONE_WITH_A_LINK = Depends(Public("the link's token is the proof"))
ANYONE_ASKS = Depends(Public("asked before there is a session; answers the same whatever the case"))
VERIFIERS = Depends(Public("every service verifies tokens with these keys"))

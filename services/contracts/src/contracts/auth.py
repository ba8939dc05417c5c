"""Who may call which route of the contracts service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from chassis.auth.principal import Principal
from chassis.auth.rules import people, service_account

Reader = Annotated[Principal, Depends(people(scope="contracts:read"))]
BackOffice = Annotated[Principal, Depends(service_account("contracts:write"))]

"""Who may call which route of the contracts service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from web.auth.principal import Principal
from web.auth.rules import people, service_account

CanRead = Annotated[Principal, Depends(people(scope="contracts:read"))]
# What a reseller does to sell again is none of its clients' business.
Seller = Annotated[Principal, Depends(people("reseller", "sqp", scope="contracts:read"))]
SellerWriting = Annotated[Principal, Depends(people("reseller", write=True))]
# Whose contract it is, the contract says.
Giver = Annotated[Principal, Depends(people("reseller", "sqp", write=True))]
BackOffice = Annotated[Principal, Depends(service_account("contracts:write"))]
Follower = Annotated[Principal, Depends(service_account("contracts:read"))]

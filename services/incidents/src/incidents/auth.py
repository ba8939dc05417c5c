"""Who may call which route of the incidents service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from chassis.auth.principal import Principal
from chassis.auth.rules import people

# Everybody of an organisation reads; SQP's back office too.
Reader = Annotated[Principal, Depends(people(scope="incidents:read"))]
# Administrators of the three sides: which state, thread or file is whose is the incident's to say.
Writer = Annotated[Principal, Depends(people(write=True))]
# SQP declares nothing: a reseller or a client does.
Declarer = Annotated[Principal, Depends(people("reseller", "client", write=True))]
Party = Annotated[Principal, Depends(people("reseller", "client"))]

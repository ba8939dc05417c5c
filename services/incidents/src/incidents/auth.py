"""Who may call which route of the incidents service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from events.incidents import Actor
from web.auth.principal import Principal
from web.auth.rules import people, service_account

# Everybody of an organisation reads; SQP's back office too.
CanRead = Annotated[Principal, Depends(people(scope="incidents:read"))]
# Dashboards are made for SQP and resellers; clients have none.
FigureReader = Annotated[Principal, Depends(people("sqp", "reseller", scope="incidents:read"))]
# Administrators of SQP, resellers and clients. Which states, threads and files of an incident they may change is
# decided in `states.py` and `access.py`.
Writer = Annotated[Principal, Depends(people(write=True))]
# A reseller or a client declares for itself; SQP declares for a reseller or client that telephones.
Declarer = Annotated[Principal, Depends(people(write=True))]
Person = Annotated[Principal, Depends(people())]
# What SQP sets for all: its people and its back office read it, its administrators change it.
SqpReader = Annotated[Principal, Depends(people("sqp", scope="incidents:read"))]
# The desk, presence and bulk jobs show how SQP's people work: no back office, reseller or client reads them.
SqpPerson = Annotated[Principal, Depends(people("sqp"))]
SqpWriter = Annotated[Principal, Depends(people("sqp", write=True))]
# SQP's people and its back office work on exchanges. A few steps are open to the organisation that holds the product.
ExchangeWriter = Annotated[Principal, Depends(people(write=True, scope="exchanges:write"))]
ExchangeDesk = Annotated[Principal, Depends(people("sqp", write=True, scope="exchanges:write"))]
ExchangeOffice = Annotated[Principal, Depends(service_account("exchanges:write"))]
Follower = Annotated[Principal, Depends(service_account("incidents:read"))]


def office_or(principal: Principal) -> Actor:
    """The person who acts, or SQP's back office, which acts in SQP's name."""
    if principal.is_person:
        return actor(principal)
    return Actor(user_id=None, organisation_id=None, organisation_kind="sqp", name="SQP")


def actor(principal: Principal) -> Actor:
    """The person who acts. Without ``user_id`` a service account would pass for the platform."""
    assert principal.is_person, "the route lets people in only"
    return Actor(
        user_id=principal.user_id,
        organisation_id=principal.organisation_id,
        organisation_kind=principal.organisation_kind,
        name=principal.name,
    )

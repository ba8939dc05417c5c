"""The people and organisations of an incident, as answers name them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api import incidents as schemas
from chassis.sql import AnyRow
from events.identity import UserStatus
from incidents.labels import SQP


def declared_by(found: AnyRow, known: dict[UUID, AnyRow]) -> schemas.Person:
    by = {"user_id": found.declared_by, "name": found.declared_by_name}
    if found.caller_name is not None:
        return schemas.Person(**by, organisation_kind="sqp", organisation_name=SQP)
    return schemas.Person(
        **by, organisation_kind=found.declarer_kind, organisation_name=_name_of_declarer(found, known)
    )


def on_behalf(found: AnyRow, known: dict[UUID, AnyRow]) -> schemas.Person | None:
    if found.caller_name is None:
        return None
    return schemas.Person(
        user_id=found.caller_id,
        name=found.caller_name,
        organisation_kind=found.declarer_kind,
        organisation_name=_name_of_declarer(found, known),
    )


def _name_of_declarer(found: AnyRow, known: dict[UUID, AnyRow]) -> str:
    """As it is called now."""
    fallback = found.reseller_name if found.declarer_kind == "reseller" else found.client_name
    organisation = known.get(found.declarer_id)
    return str(organisation.name if organisation else fallback)


def party(identifier: UUID, name: str, known: dict[UUID, AnyRow], people: dict[UUID, set[UserStatus]]) -> schemas.Party:
    now: Any = known.get(identifier)
    return schemas.Party(
        id=identifier,
        name=name,
        email=now.email if now else "",
        phone=now.phone if now else "",
        readership=_readership(now, people.get(identifier, set())),
    )


def _readership(organisation: Any, statuses: set[UserStatus]) -> schemas.Readership:
    if organisation is not None and not organisation.portal_access:
        return "access_closed"
    nearest: tuple[UserStatus, ...] = ("active", "invited", "disabled")
    return next((status for status in nearest if status in statuses), "no_account")

"""Who sees and changes which organisations, addresses and requests to sign up."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from identity.models import Organisation, SignUpRequest
from web.auth.principal import Principal


def clients_of(principal: Principal) -> ColumnElement[bool]:
    """A reseller's own clients; SQP's people see every client."""
    own = true() if principal.organisation_kind == "sqp" else Organisation.reseller_id == principal.organisation_id
    return (Organisation.kind == "client") & own


def looked_after_by(principal: Principal) -> ColumnElement[bool]:
    if principal.organisation_kind == "sqp":
        return Organisation.kind.in_(("reseller", "client"))
    return clients_of(principal)


def manageable(organisation_id: ColumnElement[UUID], principal: Principal) -> ColumnElement[bool]:
    own: ColumnElement[bool] = organisation_id == principal.organisation_id
    if principal.organisation_kind != "reseller":
        return own
    clients = select(Organisation.id).where(Organisation.reseller_id == principal.organisation_id)
    return or_(own, organisation_id.in_(clients))


def requests_of(principal: Principal) -> ColumnElement[bool]:
    if principal.organisation_kind == "sqp":
        return true()
    return SignUpRequest.reseller_id == principal.organisation_id

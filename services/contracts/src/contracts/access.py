"""Who sees which contracts, and what of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, true

from contracts.models import Contract
from events import OrganisationKind
from web.auth.principal import Principal


def visible(principal: Principal) -> ColumnElement[bool]:
    """A reseller sees what it sold, a client what it holds, SQP and its back office everything."""
    return visible_to(principal.organisation_kind, principal.organisation_id)


def visible_to(kind: OrganisationKind | None, organisation: UUID | BindParameter[UUID] | None) -> ColumnElement[bool]:
    """As :func:`visible`, for a statement that is made once and whose organisation is a parameter."""
    if kind == "reseller":
        return Contract.reseller_id == organisation
    if kind == "client":
        return Contract.client_id == organisation
    return true()


def may_give(principal: Principal, contract: Contract) -> bool:
    """Its reseller gives a contract to a client, and SQP."""
    return principal.organisation_kind == "sqp" or contract.reseller_id == principal.organisation_id


def shows_reseller(kind: OrganisationKind | None) -> bool:
    """SQP's lists name the reseller, find by it and sort by it."""
    return kind in (None, "sqp")

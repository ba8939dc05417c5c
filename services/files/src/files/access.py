"""Who sees which file."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, true

from files.models import Incident, StoredFile
from web.auth.principal import Principal


def visible(principal: Principal) -> ColumnElement[bool]:
    """The uploader sees a file that no incident has; otherwise the two sides of its thread, of a declaration all three,
    of a note SQP's people. Of a client's people, the basic ones see what is on incidents that are shared with them."""
    own = and_(StoredFile.incident_number.is_(None), StoredFile.uploader_id == principal.user_id)
    return and_(StoredFile.stage == "stored", or_(own, _readable(principal)))


def _readable(principal: Principal) -> ColumnElement[bool]:
    organisation = principal.organisation_id
    if principal.organisation_kind == "sqp":
        return StoredFile.scope.in_(("declaration", "sqp", "internal"))
    if principal.organisation_kind == "reseller":
        return and_(Incident.reseller_id == organisation, StoredFile.scope.in_(("declaration", "client", "sqp")))
    if principal.organisation_kind == "client":
        held = and_(Incident.client_id == organisation, _shared(principal))
        return and_(held, StoredFile.scope.in_(("declaration", "client")))
    return false()


def _shared(principal: Principal) -> ColumnElement[bool]:
    if principal.is_administrator:
        return true()
    return or_(Incident.readers.is_(None), Incident.readers.contains([principal.user_id]))

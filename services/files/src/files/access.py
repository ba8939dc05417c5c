"""Who sees which file."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_

from files.models import Incident, StoredFile
from web.auth.principal import Principal


def visible(principal: Principal) -> ColumnElement[bool]:
    """The uploader sees a file that no incident has; otherwise the two sides of its thread, of a declaration all three,
    of a note SQP's people."""
    own = and_(StoredFile.incident_number.is_(None), StoredFile.uploader_id == principal.user_id)
    return and_(StoredFile.stage == "stored", or_(own, _readable(principal)))


def _readable(principal: Principal) -> ColumnElement[bool]:
    organisation = principal.organisation_id
    if principal.organisation_kind == "sqp":
        return StoredFile.scope.in_(("declaration", "sqp", "internal"))
    if principal.organisation_kind == "reseller":
        return and_(Incident.reseller_id == organisation, StoredFile.scope.in_(("declaration", "client", "sqp")))
    if principal.organisation_kind == "client":
        return and_(Incident.client_id == organisation, StoredFile.scope.in_(("declaration", "client")))
    return false()

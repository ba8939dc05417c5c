"""Who may be told and shown things. A line of the feed is its person's alone."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, true

from notifications.models import Organisation, User
from web.auth.principal import Principal

_IS_OPEN = func.coalesce(Organisation.portal_access, true())
# May be told things: active, and of an organisation whose access is open (as far as it is known).
REACHABLE = and_(User.status == "active", _IS_OPEN)
# Known to be disabled, or of an organisation whose access is closed.
SHUT_OUT = or_(User.status == "disabled", _IS_OPEN.is_(False))


def audiences_of(principal: Principal) -> frozenset[str]:
    """Every audience of the stream that the person belongs to."""
    assert principal.user_id is not None
    own = {f"user:{principal.user_id}", f"organisation:{principal.organisation_id}"}
    return frozenset(own | ({"sqp"} if principal.organisation_kind == "sqp" else set()))

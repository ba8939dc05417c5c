"""Who may be told and shown things. A line of the feed is its person's alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, any_, exists, func, not_, or_, true

from notifications.models import Incident, Notification, Organisation, User
from web.auth.principal import Principal

_IS_OPEN = func.coalesce(Organisation.portal_access, true())
# May be told things: active, and of an organisation whose access is open (as far as it is known).
REACHABLE = and_(User.status == "active", _IS_OPEN)
# Known to be disabled, or of an organisation whose access is closed.
SHUT_OUT = or_(User.status == "disabled", _IS_OPEN.is_(False))


# Before an organisation's id: the audience of its administrators alone.
ADMINISTRATORS = "administrators:"


def reads_no_more(user_id: ColumnElement[Any], number: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this person of a client is known to read this incident no more: it is another client's, or not shared
    with the person."""
    by_name = func.coalesce(User.id == any_(Incident.readers), true())
    theirs = and_(Incident.client_id == User.organisation_id, or_(User.role == "administrator", by_name))
    is_of_client = and_(User.id == user_id, User.organisation_kind == "client")
    return exists().where(Incident.number == number, is_of_client, func.coalesce(not_(theirs), true()))


_subject = Notification.subject.op("->>")
# What was told of an incident while its person read it is not shown any more after that.
SHOWN = or_(_subject("type") != "incident", not_(reads_no_more(Notification.user_id.expression, _subject("id"))))


def audiences_of(principal: Principal) -> frozenset[str]:
    """Every audience of the stream that the person belongs to."""
    assert principal.user_id is not None
    own = {f"user:{principal.user_id}", f"organisation:{principal.organisation_id}"}
    if principal.is_administrator:
        own.add(f"{ADMINISTRATORS}{principal.organisation_id}")
    return frozenset(own | ({"sqp"} if principal.organisation_kind == "sqp" else set()))

"""An incident in the published language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.auth.principal import Principal
from events.incidents import Actor
from incidents.models import Incident

# The name is French like the platform's first language; screens put their own words where user_id is empty.
PLATFORM = Actor(user_id=None, organisation_id=None, organisation_kind=None, name="La plateforme")

EXCERPT = 200


def actor(principal: Principal) -> Actor:
    """The person who acts. A service account only reads: without ``user_id`` it would pass for the platform."""
    assert principal.is_person, "the route lets people in only"
    return Actor(
        user_id=principal.user_id,
        organisation_id=principal.organisation_id,
        organisation_kind=principal.organisation_kind,
        name=principal.name,
    )


def about(incident: Incident, by: Actor, at: datetime) -> dict[str, Any]:
    """The fields of :class:`events.incidents.IncidentEvent` for ``incident``."""
    return {
        "version": incident.version,
        "number": incident.number,
        "contract_number": incident.contract_number,
        "title": incident.title,
        "reseller_id": incident.reseller_id,
        "client_id": incident.client_id,
        "client_name": incident.client_name or "",
        "status": incident.status,
        "actor": by,
        "at": at,
    }


def excerpt(body: str) -> str:
    """One line of at most 200 characters."""
    line = " ".join(body.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"

"""The published language: a module for each publisher, and one more for the desk of incidents; every event as a
pydantic model, samples of every version."""

from __future__ import annotations

from events import contracts, desk, files, identity, incidents, notifications
from events.base import Address, Envelope, Event, OrganisationKind, Payload, Role, organisation_id

CATALOGUE: dict[str, type[Event]] = {
    model.type: model
    for module in (contracts, identity, incidents, desk, files, notifications)
    for model in module.EVENTS
}

__all__ = [
    "CATALOGUE",
    "Address",
    "Envelope",
    "Event",
    "OrganisationKind",
    "Payload",
    "Role",
    "organisation_id",
]

"""Paramètres: what a person and its company say of themselves."""

from __future__ import annotations

from portal.pages.settings import (
    addresses,
    canned,
    company,
    exchanges,
    factors,
    journal,
    notifications,
    profile,
    promise,
    rescues,
    security,
    users,
)

BLUEPRINTS = (
    profile.blueprint,
    company.blueprint,
    users.blueprint,
    addresses.blueprint,
    notifications.blueprint,
    security.blueprint,
    factors.blueprint,
    promise.blueprint,
    exchanges.blueprint,
    canned.blueprint,
    rescues.blueprint,
    journal.blueprint,
)

"""Paramètres: what a person and its company say of themselves."""

from __future__ import annotations

from gateway.portal.pages.settings import addresses, company, notifications, profile, security, users

SECTIONS = (
    profile.section,
    company.section,
    users.section,
    addresses.section,
    notifications.section,
    security.section,
)

"""What the portal asks of the notifications service."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.notifications import (
    MarkRead,
    Notification,
    NotificationPage,
    Preferences,
    PreferencesPut,
    UnreadSubject,
    UnreadSubjects,
)
from portal.api_client import Parameter
from portal.page_request import PageRequest


async def feed(page: PageRequest, **place: Parameter) -> NotificationPage:
    return await page.get(NotificationPage, "/notifications", **place)


async def get(page: PageRequest, identifier: UUID) -> Notification:
    return await page.get(Notification, f"/notifications/{identifier}")


async def mark_read(page: PageRequest, read: MarkRead) -> None:
    await page.change("POST", "/notifications/read", read)


async def unread(page: PageRequest, incidents: Sequence[str]) -> list[UnreadSubject]:
    """Those of these incidents that have something unread."""
    return (await page.get(UnreadSubjects, "/notifications/unread", type="incident", id=incidents)).items


async def preferences(page: PageRequest) -> Preferences:
    return await page.get(Preferences, "/notifications/preferences")


async def prefer(page: PageRequest, wanted: PreferencesPut) -> None:
    await page.change("PUT", "/notifications/preferences", wanted)

"""Unread marks of incidents, from the notifications service. Pages are shown without them if it does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from api.notifications import MarkRead
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.page_request import PageRequest
from portal.services import notifications


async def unread(visit: PageRequest, numbers: Sequence[str]) -> dict[str, set[str]]:
    """The incidents among ``numbers`` that have something unread, with the threads that it stands in."""
    if not numbers:
        return {}
    try:
        found = await notifications.unread(visit, numbers)
    except (ServiceUnavailable, ApiRefused):
        return {}
    return {one.id: set(one.threads) for one in found}


async def read(visit: PageRequest, number: str, thread: str) -> set[str]:
    """Marks the incident, and ``thread`` if one is open, as read; returns the threads that stay unread."""
    waiting = await unread(visit, [number])
    if number not in waiting:
        return set()
    subject = {"type": "incident", "id": number, "threads": [thread] if thread else []}
    try:
        await notifications.mark_read(visit, visit.build(MarkRead, {"subject": subject}))
    except (ServiceUnavailable, ApiRefused):
        return waiting[number]
    return waiting[number] - {thread}

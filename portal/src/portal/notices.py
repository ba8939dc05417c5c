"""What a person has not read yet of incidents, as the notifications service knows it. A page stands without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.api_client import ApiRefused, ServiceUnavailable
from portal.page_request import PageRequest


async def unread(visit: PageRequest, numbers: Sequence[str]) -> dict[str, set[str]]:
    """The incidents among ``numbers`` that have something unread, with the threads that it stands in."""
    if not numbers:
        return {}
    try:
        params = [("type", "incident"), *(("id", number) for number in numbers)]
        found = (await visit.ask("GET", "/notifications/unread", params=params)).body["items"]
    except (ServiceUnavailable, ApiRefused):
        return {}
    return {str(one["id"]): set(one["threads"]) for one in found}


async def read(visit: PageRequest, number: str, thread: str) -> set[str]:
    """The person looks at the incident, and at ``thread`` of it if one is open; the other threads that stay unread."""
    waiting = await unread(visit, [number])
    if number not in waiting:
        return set()
    subject: dict[str, Any] = {"type": "incident", "id": number, "threads": [thread] if thread else []}
    try:
        await visit.change("POST", "/notifications/read", {"subject": subject})
    except (ServiceUnavailable, ApiRefused):
        return waiting[number]
    return waiting[number] - {thread}

"""What the portal asks of the incidents service about who is at which incident."""

from __future__ import annotations

from uuid import UUID

from api.incidents.presence import Presence, PresencePut, Presences
from portal.page_request import PageRequest


async def everywhere(page: PageRequest) -> Presences:
    return await page.get(Presences, "/desk/presence")


async def put(page: PageRequest, number: str, page_id: UUID, wanted: PresencePut) -> Presence:
    return (await page.send(Presence, "PUT", f"/desk/{number}/presence/{page_id}", wanted)).body


async def end(page: PageRequest, number: str, page_id: UUID) -> None:
    await page.change("DELETE", f"/desk/{number}/presence/{page_id}")

"""What the portal asks of the incidents service about saved views of the queue."""

from __future__ import annotations

from uuid import UUID

from api.incidents.desk_views import DeskView, DeskViewCounts, DeskViewCreate, DeskViewPatch, DeskViews
from portal.page_request import PageRequest
from portal.services.resource import Resource


async def every(page: PageRequest) -> DeskViews:
    return await page.get(DeskViews, "/desk-views")


async def counts(page: PageRequest) -> DeskViewCounts:
    return await page.get(DeskViewCounts, "/desk-views/counts")


def one(page: PageRequest, identifier: UUID) -> Resource[DeskView, DeskViewPatch]:
    return Resource(page, f"/desk-views/{identifier}", DeskView, DeskViewPatch)


async def create(page: PageRequest, view: DeskViewCreate, key: str) -> None:
    await page.change("POST", "/desk-views", view, key=key)


async def remove(page: PageRequest, identifier: UUID, etag: str) -> None:
    await page.change("DELETE", f"/desk-views/{identifier}", etag=etag)

"""What the portal asks of the incidents service about work on many incidents at once."""

from __future__ import annotations

from uuid import UUID

from api.incidents.bulk import BulkJob, BulkJobCreate, BulkJobs, BulkPreview, Selected, Selection
from portal.page_request import PageRequest


async def select(page: PageRequest, wanted: Selection) -> Selected:
    return (await page.send(Selected, "POST", "/desk-jobs/selection", wanted)).body


async def preview(page: PageRequest, wanted: BulkJobCreate) -> BulkPreview:
    return (await page.send(BulkPreview, "POST", "/desk-jobs/preview", wanted)).body


async def start(page: PageRequest, wanted: BulkJobCreate, key: str) -> BulkJob:
    return (await page.send(BulkJob, "POST", "/desk-jobs", wanted, key=key)).body


async def mine(page: PageRequest) -> BulkJobs:
    return await page.get(BulkJobs, "/desk-jobs")


async def one(page: PageRequest, identifier: UUID) -> BulkJob:
    return await page.get(BulkJob, f"/desk-jobs/{identifier}")


async def stop(page: PageRequest, identifier: UUID) -> None:
    await page.change("POST", f"/desk-jobs/{identifier}/stop")

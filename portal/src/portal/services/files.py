"""What the portal asks of the files service."""

from __future__ import annotations

from collections.abc import AsyncIterator

from api.files import File
from portal.page_request import PageRequest


async def get(page: PageRequest, identifier: str) -> File:
    return await page.get(File, f"/files/{identifier}")


async def refuse_content(page: PageRequest, identifier: str) -> None:
    """Asks for bytes that cannot be had yet, or ever: the service says why."""
    await page.change("GET", f"/files/{identifier}/content")


async def upload(page: PageRequest, form: AsyncIterator[bytes], content_type: str) -> File:
    """``form`` is multipart/form-data, whose one part is the file."""
    return await page.upload(File, "/files", form, content_type)

"""What the portal asks of every service: what is on record."""

from __future__ import annotations

from portal.api_client import Parameter
from portal.page_request import PageRequest
from web.trail import Trail


async def trail(page: PageRequest, service: str, **parameters: Parameter) -> Trail:
    return await page.get(Trail, f"/audit/{service}", **parameters)

"""What the portal asks of the incidents service about figures."""

from __future__ import annotations

from api.incidents.figures import Figures
from portal.page_request import PageRequest


async def all_of(page: PageRequest) -> Figures:
    return await page.get(Figures, "/incidents/figures")

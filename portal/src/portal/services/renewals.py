"""What the portal asks of the contracts service about renewals."""

from __future__ import annotations

from datetime import date

from api.renewals import Renewal, RenewalPage, RenewalPatch
from portal.api_client import Parameter
from portal.page_request import PageRequest
from portal.services.resource import Resource


async def find(page: PageRequest, **parameters: Parameter) -> RenewalPage:
    return await page.get(RenewalPage, "/renewals", **parameters)


def one(page: PageRequest, number: str, ends_on: date) -> Resource[Renewal, RenewalPatch]:
    return Resource(page, f"/renewals/{number}/{ends_on}", Renewal, RenewalPatch)

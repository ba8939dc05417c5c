"""SQP sees every reseller's lists, and may narrow one to a reseller's."""

from __future__ import annotations

from uuid import UUID

from api.identity.organisations import Organisation
from portal.identifiers import filtered
from portal.page import Page
from portal.page_request import if_allowed
from portal.services import identity


def asked(page: Page) -> tuple[str, ...]:
    """The reseller that the address names: a filter of the list, or none."""
    return filtered(page, "reseller_id") if page.may("sqp") else ()


async def reseller(page: Page) -> Organisation | None:
    """The reseller that the query names; None if it names none."""
    named = asked(page)
    return await if_allowed(identity.reseller(page, UUID(named[0]))) if named else None

"""Presence of SQP's people at incidents. A script of each open page reads and reports it every few seconds, while the
page is in use."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import PlainTextResponse, Response

from api.incidents.presence import PresencePut
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.identifiers import is_id
from portal.page import Page
from portal.pages.desk.base import blueprint
from portal.pages.incidents.base import number_of
from portal.pages.incidents.desk_bar import PATH
from portal.services import presence


@blueprint.get(f"{PATH}/presence")
async def show_presences(page: Page) -> Response:
    """For the rows of the queue, which the script finds by number."""
    if not page.may("sqp"):
        raise ApiRefused(404, {})
    try:
        found = await presence.everywhere(page)
    except (ServiceUnavailable, ApiRefused) as why:
        return _nothing(why)
    return page.fragment("desk/presences.html", places=found.items)


@blueprint.post("/incidents/{number}/presence")
async def say_presence(page: Page) -> Response:
    """SQP's people alone, those who only read too. Answers who else is there."""
    number, page_id = number_of(page), page.field("page")
    if not page.may("sqp") or not is_id(page_id):
        raise ApiRefused(404, {})
    try:
        if page.field("leaves"):
            await presence.end(page, number, UUID(page_id))
            return PlainTextResponse("")
        body = PresencePut(writes=bool(page.field("writes")))
        found = await presence.put(page, number, UUID(page_id), body)
    except (ServiceUnavailable, ApiRefused) as why:
        return _nothing(why)
    return page.fragment("desk/presence.html", people=found.people)


def _nothing(why: ServiceUnavailable | ApiRefused) -> Response:
    """What is not known is not shown; the page asks again by itself."""
    return PlainTextResponse("", why.status if isinstance(why, ApiRefused) else 503)

"""What happened: the panel behind the bell, the page without scripts, and the way from a line to its subject."""

from __future__ import annotations

from starlette.responses import Response

from api.notifications import MarkRead
from portal.identifiers import identifier
from portal.page import Page
from portal.router import Blueprint
from portal.services import notifications

blueprint = Blueprint()

PATH = "/notifications"
IN_PANEL = 30


@blueprint.get(PATH)
async def list_notifications(page: Page) -> Response:
    found = await notifications.feed(page, limit=25, cursor=page.query("cursor"))
    if page.wants("more-notifications"):
        return page.fragment("notifications/lines.html", found=found, prefix="line")
    if page.wants("feed"):
        return page.fragment("notifications/feed.html", found=found, prefix="line")
    return await page.render("notifications/list.html", found=found, prefix="line")


@blueprint.get(f"{PATH}/panneau")
async def panel(page: Page) -> Response:
    """For the bell; who comes here without it gets the page."""
    if page.request.headers.get("hx-request") != "true":
        return page.redirect(PATH)
    found = await notifications.feed(page, limit=IN_PANEL)
    template = "notifications/feed.html" if page.wants("panel-feed") else "notifications/panel.html"
    return page.fragment(template, found=found, prefix="panel-line")


@blueprint.get(PATH + "/{id}")
async def follow(page: Page) -> Response:
    """To the subject of the line, which is read from then on."""
    line = await notifications.get(page, identifier(page))
    if line.unread:
        await notifications.mark_read(page, MarkRead(ids=[line.id]))
    return page.redirect(line.subject.path)


@blueprint.post(f"{PATH}/lues")
async def mark_all_read(page: Page) -> Response:
    await notifications.mark_read(page, MarkRead(all=True))
    if page.request.headers.get("hx-request") == "true":
        found = await notifications.feed(page, limit=IN_PANEL)
        return page.fragment("notifications/panel.html", found=found, prefix="panel-line")
    return page.redirect(PATH)

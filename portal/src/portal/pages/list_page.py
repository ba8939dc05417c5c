"""The page of a list, of which htmx asks for a part."""

from __future__ import annotations

from starlette.responses import Response

from portal.page import Page


async def show(page: Page, name: str, **context: object) -> Response:
    """The templates are in the folder ``name``, which is also the id of what a search or a sort replaces."""
    if page.wants(name):
        return page.fragment(f"{name}/table.html", context)
    if page.wants("more"):
        return page.fragment(f"{name}/rows.html", context)
    return await page.render(f"{name}/list.html", context)

"""Lists as files: as they are filtered and sorted, whole or the rows that were chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response, StreamingResponse

from portal.listing import EXPORTS, Listing
from portal.page import Page
from portal.router import Blueprint


def offer(blueprint: Blueprint, path: str, source: str, listing: Callable[[Page], Listing]) -> None:
    """``path`` with each of the endings: what ``source`` answers of that type."""
    for ending, media_type in EXPORTS.items():
        blueprint.get(f"{path}.{ending}")(_exporter(ending, media_type, path, source, listing))


def _exporter(
    ending: str, media_type: str, path: str, source: str, listing: Callable[[Page], Listing]
) -> Callable[[Page], Awaitable[Response]]:
    async def export(page: Page) -> Response:
        chosen = ",".join(page.request.query_params.getlist("number"))
        wanted = {**listing(page).narrowing, **({"numbers": chosen} if chosen else {})}
        pieces = await page.streamed(source, accept=media_type, **wanted)
        name = f"{path.strip('/')}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingResponse(pieces, media_type=media_type, headers=headers)

    return export

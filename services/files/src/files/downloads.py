"""Serving a file's bytes: as a download, sandboxed, in whole or one range of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import aclosing

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Send

from chassis.sql import AnyRow
from chassis.storage.interface import ObjectMissing, ObjectStorage, Reading, StorageAway
from files import thumbnails
from files.errors import FileInfected, FileNotScannedYet, RangeNotSatisfiable, ThumbnailNotFound
from files.filenames import disposition

SAFELY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}
# 20 digits are more bytes than there are; a longer number is no range.
ONE_RANGE = re.compile(r"bytes=([0-9]{0,20})-([0-9]{0,20})")


class Content(StreamingResponse):
    """Closes its source when the reader goes away early."""

    def __init__(self, source: Reading, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(source, status, headers)
        self._source = source

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._source):
            await super().stream_response(send)


async def respond(storage: ObjectStorage, file: AnyRow, request: Request) -> Response:
    """The bytes of a clean file. Raises FileNotScannedYet, FileInfected or RangeNotSatisfiable."""
    _require_clean(file)
    headers = _headers(file)
    if request.headers.get("if-none-match") in ("*", headers["ETag"]):
        return Response(status_code=304, headers=headers)
    window = _window(request, headers["ETag"], file.size)
    start, end = window or (0, file.size - 1)
    headers["Content-Length"] = str(end - start + 1)
    if window is not None:
        headers["Content-Range"] = f"bytes {start}-{end}/{file.size}"
    return Content(await _open(storage, file.object_key, start, end), 206 if window else 200, headers)


async def respond_small(storage: ObjectStorage, file: AnyRow, request: Request) -> Response:
    """The thumbnail of a clean picture. Raises FileNotScannedYet, FileInfected or ThumbnailNotFound."""
    _require_clean(file)
    if file.thumbnail_key is None:
        raise ThumbnailNotFound
    headers = {**SAFELY, "ETag": f'"{file.sha256}-thumbnail"', "Cache-Control": "private, max-age=86400"}
    if request.headers.get("if-none-match") in ("*", headers["ETag"]):
        return Response(status_code=304, headers=headers)
    async with aclosing(await _open(storage, file.thumbnail_key, 0, None)) as content:
        small = b"".join([piece async for piece in content])
    return Response(small, media_type=thumbnails.MEDIA_TYPE, headers=headers)


def _require_clean(file: AnyRow) -> None:
    if file.scan == "pending":
        raise FileNotScannedYet
    if file.scan == "infected":
        raise FileInfected


async def _open(storage: ObjectStorage, key: str, start: int, end: int | None) -> Reading:
    try:
        return await storage.get(key, start=start, end=end)
    except ObjectMissing as error:
        # A row says that it is there: the store lost it, or has not caught up.
        raise StorageAway from error


def _headers(file: AnyRow) -> dict[str, str]:
    return {
        "Content-Type": file.media_type,
        "Content-Disposition": disposition(file.name),
        "ETag": f'"{file.sha256}"',
        "Accept-Ranges": "bytes",
        **SAFELY,
    }


def _window(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """First and last byte wanted; None for the whole, as for anything that is not one plain range (RFC 9110)."""
    match = ONE_RANGE.fullmatch(request.headers.get("range", "").strip())
    if match is None or match.group(0) == "bytes=-" or request.headers.get("if-range", tag) != tag:
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if first and last and int(first) > int(last):
        return None
    if start > end:
        raise RangeNotSatisfiable(size)
    return start, end

"""Scripts and styles: ours, and htmx out of the package that carries it. All are read once, and sent compressed to
browsers that take it; pages are not, as they hold secrets beside what others may have typed (BREACH)."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HTMX = Path(str(files("django_htmx"))) / "static" / "django_htmx" / "htmx-2.min.js"
STATIC = Path(__file__).parent / "static"
# One file for the browser, in the order in which later rules win: over HTTP/1.1 each would wait for its turn.
STYLES = "styles.css"
SHEETS = ("tokens.css", "frame.css", "parts.css", "pages.css", "contract.css", "declaration.css", "clients.css",
          "notifications.css", "search.css", "account.css", "settings.css", "uploads.css", "incidents.css",
          "exchanges.css", "desk.css", "canned.css", "dashboard.css", "reach.css", "print.css")  # fmt: skip


MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    media_type: str
    content: bytes
    compressed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    paths = {"htmx.js": HTMX, **{path.name: path for path in STATIC.iterdir() if path.suffix != ".css"}}
    read = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
    read[STYLES] = b"\n".join((STATIC / name).read_bytes() for name in SHEETS)
    return {
        name: Asset(MEDIA_TYPES[Path(name).suffix], each, gzip.compress(each, mtime=0)) for name, each in read.items()
    }


@cache
def digest() -> str:
    """One digest over all files, so that a script never imports another one of an older release."""
    content = b"".join(assets()[name].content for name in sorted(assets()))
    return hashlib.sha256(content).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, with a digest so that browsers may keep it for ever."""
    assert name in assets()
    return f"/portail/{digest()}/{name}"


async def serve(request: Request) -> Response:
    found = assets().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.compressed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


ROUTE = Route("/portail/{digest}/{name}", serve)

"""Scripts and styles: ours, and htmx out of the package that carries it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

HTMX = Path(str(files("django_htmx"))) / "static" / "django_htmx" / "htmx-2.min.js"
STATIC = Path(__file__).parent / "static"
FILES = {"htmx.js": HTMX, **{path.name: path for path in STATIC.iterdir() if path.is_file()}}


@cache
def digest() -> str:
    """One digest over all files, so that a script never imports another one of an older release."""
    content = b"".join(FILES[name].read_bytes() for name in sorted(FILES))
    return hashlib.sha256(content).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, with a digest so that browsers may keep it for ever."""
    assert name in FILES
    return f"/portail/{digest()}/{name}"


async def serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(FILES[name], headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTE = Route("/portail/{digest}/{name}", serve)

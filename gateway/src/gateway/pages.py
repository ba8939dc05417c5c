"""The documents of the platform and the viewer that shows them, which a package carries."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

import yaml
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from events import asyncapi
from gateway.documents import Documents

STATIC = Path(__file__).parent / "static"
# Found without importing the package, which wants the Django that we leave out.
VIEWER = Path(
    str(distribution("drf-spectacular-sidecar").locate_file("drf_spectacular_sidecar/static/drf_spectacular_sidecar"))
)
# The viewer carries its icons as data.
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"


class PackageFiles(StaticFiles):
    """Style sheets and pictures: a browser may keep them for an hour, and asks by their tag afterwards."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", "public, max-age=3600")
        return response


class Pages:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/docs", self.docs),
            Mount("/docs/viewer", PackageFiles(directory=VIEWER / "swagger-ui-dist")),
            Route("/openapi.json", self.openapi_document),
            Route("/asyncapi.yaml", self.asyncapi_document),
            Mount("/static", PackageFiles(directory=STATIC)),
        ]

    async def docs(self, _: Request) -> Response:
        return FileResponse(STATIC / "docs.html", headers={"Content-Security-Policy": POLICY})

    async def openapi_document(self, _: Request) -> Response:
        return JSONResponse(await self._documents.openapi())

    async def asyncapi_document(self, _: Request) -> Response:
        written = yaml.safe_dump(asyncapi.document(), allow_unicode=True, sort_keys=False, width=120)
        return Response(written, media_type="application/yaml")

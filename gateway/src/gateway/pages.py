"""The gateway's own pages and documents. Pages are whole without scripts; nothing comes from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from chassis.i18n import negotiate
from events import asyncapi
from gateway import api_view, events_view
from gateway.documents import Documents
from gateway.words import words

STATIC = Path(__file__).parent / "static"


class PackageFiles(StaticFiles):
    """Style sheets and pictures: a browser may keep them for an hour, and asks by their tag afterwards."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", "public, max-age=3600")
        return response


class Pages:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._templates = Environment(
            loader=PackageLoader("gateway"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/docs", self.docs),
            Route("/docs/api", self.api),
            Route("/docs/events", self.events),
            Route("/openapi.json", self.openapi_document),
            Route("/asyncapi.yaml", self.asyncapi_document),
            Mount("/static", PackageFiles(directory=STATIC)),
        ]

    async def docs(self, request: Request) -> Response:
        return self._page(request, "docs.html")

    async def api(self, request: Request) -> Response:
        document = await self._documents.openapi()
        return self._page(
            request,
            "api.html",
            sections=api_view.sections(document),
            schemas=api_view.schemas(document),
            unavailable=document["x-unavailable"],
        )

    async def events(self, request: Request) -> Response:
        return self._page(request, "events.html", publishers=events_view.publishers(), parts=events_view.parts())

    async def openapi_document(self, _: Request) -> Response:
        return JSONResponse(await self._documents.openapi())

    async def asyncapi_document(self, _: Request) -> Response:
        written = yaml.safe_dump(asyncapi.document(), allow_unicode=True, sort_keys=False, width=120)
        return Response(written, media_type="application/yaml")

    def _page(self, request: Request, template: str, **context: Any) -> Response:
        language = negotiate(request.headers.get("accept-language"))
        content = self._templates.get_template(template).render(
            language=language, words=words(language), path=request.url.path, **context
        )
        return HTMLResponse(content, headers={"Content-Language": language, "Vary": "Accept-Language"})

"""The portal's routes, around each of which stand log-in, forms, errors and the frame."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chassis.auth.principal import Principal
from chassis.auth.tokens import TokenVerifier
from chassis.errors import Unauthenticated, Unavailable
from gateway import sessions
from gateway.errors import CrossSite, SessionEnded
from gateway.portal.backend import Backend, Refused, ServiceAway
from gateway.portal.templating import Templates
from gateway.portal.visit import CSRF_COOKIE, CSRF_FIELD, FormForged, Visit, side_by_side

Handler = Callable[["Page"], Awaitable[Response]]

LOGIN = "/connexion"
MAX_FORM_FILES = 20
MAX_FORM_FIELDS = 200


class LoginNeeded(Exception):
    pass


@dataclass(frozen=True)
class Entry:
    path: str
    methods: tuple[str, ...]
    handler: Handler
    is_open: bool


@dataclass
class Section:
    """The pages of one subject. ``@section.get("/contrats")``, ``@section.post(…)``; ``is_open`` needs no log-in."""

    entries: list[Entry] = field(default_factory=list)

    def get(self, path: str, *, is_open: bool = False) -> Callable[[Handler], Handler]:
        return self._add(path, ("GET",), is_open)

    def post(self, path: str, *, is_open: bool = False) -> Callable[[Handler], Handler]:
        return self._add(path, ("POST",), is_open)

    def _add(self, path: str, methods: tuple[str, ...], is_open: bool) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.entries.append(Entry(path, methods, handler, is_open))
            return handler

        return register


class Page(Visit):
    """A visit that can answer."""

    def __init__(self, *arguments: Any, templates: Templates, browser: sessions.Sessions, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._templates = templates
        self._browser = browser
        self.csrf = self.request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)

    async def render(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A whole page: the template inside the frame."""
        frame = await self._frame()
        return self._html(self._templates.render(self, template, **frame, **context), status)

    def fragment(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A part of a page, for htmx."""
        return self._html(self._templates.render(self, template, **context), status)

    def redirect(self, path: str, *, flash: str = "") -> Response:
        """After a change: 303 to a page of ours, with a sentence to show there."""
        response = RedirectResponse(path, 303)
        if flash:
            response.set_cookie("flash", quote(flash), max_age=30, path="/", httponly=True, samesite="lax", secure=True)
        return response

    async def enter(self, session_token: str) -> None:
        """After a log-in: what this request asks from now on, it asks as the person behind the new session."""
        self._token = await self._browser.access_token(session_token)

    def forget(self) -> None:
        """After a log-out, or a change of the person: the next request asks identity again who it is."""
        token = sessions.session_token(self.request.headers)
        if token:
            self._browser.forget(token)

    async def _frame(self) -> dict[str, Any]:
        if self.person is None:
            return {"unread": None}
        [feed] = await side_by_side(self.get("/notifications", limit=1))
        return {"unread": feed["unread_count"] if feed else None}

    def _html(self, content: str, status: int) -> Response:
        response = HTMLResponse(content, status, {"Content-Language": self.language, "Vary": "Accept-Language, Cookie"})
        if CSRF_COOKIE not in self.request.cookies:
            response.set_cookie(CSRF_COOKIE, self.csrf, path="/", secure=True, httponly=True, samesite="lax")
        if "flash" in self.request.cookies and status == 200 and self.request.headers.get("hx-request") != "true":
            response.delete_cookie("flash", path="/", secure=True, httponly=True, samesite="lax")
        return response

    def csrf_input(self) -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, self.csrf)


class Site:
    def __init__(
        self, backend: Backend, browser: sessions.Sessions, verifier: TokenVerifier, public_origin: str
    ) -> None:
        self._backend = backend
        self._browser = browser
        self._verifier = verifier
        self._public_origin = public_origin
        self._templates = Templates()

    def routes(self, *sections: Section) -> list[BaseRoute]:
        entries = [entry for section in sections for entry in section.entries]
        return [Route(entry.path, self._endpoint(entry), methods=list(entry.methods)) for entry in entries]

    def _endpoint(self, entry: Entry) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                page = await self._page(request, needs_person=not entry.is_open)
            except (LoginNeeded, SessionEnded, Unauthenticated):
                return self._to_login(request)
            except Unavailable:
                page = self._nobody(request)
                return await page.render("errors/away.html", status=503)
            return await self._answer(entry, page)

        return endpoint

    async def _answer(self, entry: Entry, page: Page) -> Response:
        try:
            if page.request.method == "POST":
                await self._take_form(page)
            return await entry.handler(page)
        except (CrossSite, FormForged):
            return await page.render("errors/forged.html", status=403)
        except ServiceAway:
            return await page.render("errors/away.html", status=503)
        except Refused as refused:
            return await self._refused(page, refused)

    async def _refused(self, page: Page, refused: Refused) -> Response:
        if refused.status == 401:
            return self._to_login(page.request)
        template = "errors/missing.html" if refused.status == 404 else "errors/refused.html"
        return await page.render(template, status=refused.status, refused=refused)

    async def _take_form(self, page: Page) -> None:
        sessions.refuse_cross_site("POST", page.request.headers, self._public_origin)
        page.form = await page.request.form(max_files=MAX_FORM_FILES, max_fields=MAX_FORM_FIELDS)
        await page.check_csrf()

    async def _page(self, request: Request, *, needs_person: bool) -> Page:
        session = sessions.session_token(request.headers)
        if session is None:
            if needs_person:
                raise LoginNeeded
            return self._nobody(request)
        try:
            token = await asyncio.shield(self._browser.access_token(session))
            person = await self._verifier.verify(token)
        except (SessionEnded, Unauthenticated, Unavailable):
            if needs_person:
                raise
            return self._nobody(request)
        return self._opened(request, person, token)

    def _nobody(self, request: Request) -> Page:
        return self._opened(request, None, None)

    def _opened(self, request: Request, person: Principal | None, token: str | None) -> Page:
        return Page(
            request, self._backend, person=person, token=token, templates=self._templates, browser=self._browser
        )

    def _to_login(self, request: Request) -> Response:
        """Back here afterwards; an htmx request takes the whole window along."""
        where = request.headers.get("hx-current-url") if request.method != "GET" else None
        suite = quote(where or str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""), safe="")
        target = f"{LOGIN}?suite={suite}"
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": target})
        response = RedirectResponse(target, 303)
        sessions.close_session(response)
        return response

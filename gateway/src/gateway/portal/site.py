"""The portal's routes, around each of which stand log-in, forms, errors and the frame."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chassis.auth.principal import Principal
from chassis.auth.tokens import TokenVerifier
from chassis.errors import Problem, Unauthenticated, Unavailable
from gateway import sessions
from gateway.errors import CrossSite, SessionEnded
from gateway.portal import bodies, uploads
from gateway.portal.backend import Backend, Refused, ServiceAway
from gateway.portal.templating import Templates
from gateway.portal.visit import CSRF_COOKIE, CSRF_FIELD, FormForged, Visit, if_allowed, side_by_side

Handler = Callable[["Page"], Awaitable[Response]]

LOGIN = "/connexion"
# Not carried from a page that lost its session to the page after log-in.
NOT_KEPT = (CSRF_FIELD, "password", bodies.KEPT_FIELD)


class LoginNeeded(Exception):
    pass


@dataclass(frozen=True)
class Entry:
    path: str
    methods: tuple[str, ...]
    handler: Handler
    is_open: bool
    keeps_form: bool = False


@dataclass
class Section:
    """The pages of one subject. ``@section.get("/contrats")``, ``@section.post(…)``; ``is_open`` needs no log-in.

    ``keeps_form``: a form sent after the session has ended is not lost. It travels through the log-in page and arrives
    here again with ``page.is_resumed``; the handler then shows the form, filled, and does nothing else.
    """

    entries: list[Entry] = field(default_factory=list)

    def get(self, path: str, *, is_open: bool = False) -> Callable[[Handler], Handler]:
        return self._add(path, ("GET",), is_open)

    def post(self, path: str, *, is_open: bool = False, keeps_form: bool = False) -> Callable[[Handler], Handler]:
        return self._add(path, ("POST",), is_open, keeps_form)

    def _add(
        self, path: str, methods: tuple[str, ...], is_open: bool, keeps_form: bool = False
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.entries.append(Entry(path, methods, handler, is_open, keeps_form))
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

    def resend(self, path: str) -> Response:
        """307: the browser sends this form there, whose handler finds in it what was kept."""
        return RedirectResponse(path, 307)

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
        [feed] = await side_by_side(if_allowed(self.get("/notifications", limit=1)))
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
                page = self._nobody(request)
                return await self._guarded(page, self._log_in_first(entry, page))
            except Unavailable:
                page = self._nobody(request)
                return await self._guarded(page, self._identity_away(entry, page))
            return await self._guarded(page, self._answer(entry, page))

        return endpoint

    async def refuse(self, request: Request, problem: Problem) -> Response:
        """The page for what is not there, in the person's frame; for whatever else, one that asks no service."""
        is_missing = problem.status == 404
        page = await self._page(request, needs_person=False) if is_missing else self._nobody(request)
        refused = Refused(problem.status, {"title": "" if is_missing else problem.sentence(page.language)})
        template = "errors/missing.html" if is_missing else "errors/refused.html"
        return await page.render(template, status=problem.status, refused=refused)

    async def _guarded(self, page: Page, answering: Awaitable[Response]) -> Response:
        """What may go wrong with any page, as a page."""
        try:
            return await answering
        except (CrossSite, FormForged):
            return await page.render("errors/forged.html", status=403)
        except Problem as problem:
            refused = Refused(problem.status, {"title": problem.sentence(page.language), "code": problem.code})
            return await page.render("errors/refused.html", status=problem.status, refused=refused)
        except ClientDisconnect:
            return Response(status_code=400)

    async def _answer(self, entry: Entry, page: Page) -> Response:
        try:
            if page.request.method == "POST":
                await self._take_form(page, partial(uploads.forward, page))
                self._resume(entry, page)
            return await entry.handler(page)
        except ServiceAway:
            return await page.render("errors/away.html", status=503)
        except Refused as refused:
            if refused.status == 401:
                return await self._log_in_first(entry, page)
            template = "errors/missing.html" if refused.status == 404 else "errors/refused.html"
            return await page.render(template, status=refused.status, refused=refused)

    async def _take_form(self, page: Page, forward: bodies.Forward, check: bodies.Check | None = None) -> None:
        sessions.refuse_cross_site("POST", page.request.headers, self._public_origin)
        body = await bodies.read(page.request, forward, check or page.check_csrf)
        page.form, page.sent = body.fields, body.files
        page.kept = page.field(bodies.KEPT_FIELD)

    def _resume(self, entry: Entry, page: Page) -> None:
        """A form that comes back from the log-in page."""
        if entry.keeps_form and page.kept:
            page.form, page.is_resumed = bodies.unpacked(page.kept), True

    async def _log_in_first(self, entry: Entry, page: Page) -> Response:
        if not _is_kept(entry, page.request):
            return self._to_login(page.request)
        nobody = await self._keeping(page)
        response = await nobody.render("account/login.html", suite=page.request.url.path, login="", wrong="")
        sessions.close_session(response)
        return response

    async def _identity_away(self, entry: Entry, page: Page) -> Response:
        nobody = await self._keeping(page) if _is_kept(entry, page.request) else page
        return await nobody.render("errors/away.html", status=503)

    async def _keeping(self, page: Page) -> Page:
        """Nobody's page that carries along what ``page`` was sent."""
        if not page.form:
            # A browser that lost its cookies, all of them, is no forger; what it sent is shown again, never acted on.
            lost = CSRF_COOKIE not in page.request.cookies
            await self._take_form(page, bodies.nowhere, check=bodies.unchecked if lost else page.check_csrf)
        nobody = self._nobody(page.request)
        nobody.kept = page.kept or bodies.packed(bodies.Body(page.form, page.sent), without=NOT_KEPT)
        return nobody

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
        here = urlsplit(where or str(request.url))
        suite = quote(here.path + (f"?{here.query}" if here.query else ""), safe="")
        target = f"{LOGIN}?suite={suite}"
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": target})
        response = RedirectResponse(target, 303)
        sessions.close_session(response)
        return response


def _is_kept(entry: Entry, request: Request) -> bool:
    return entry.keeps_form and request.method == "POST" and request.headers.get("hx-request") != "true"

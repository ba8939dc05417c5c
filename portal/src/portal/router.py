"""The portal's routes, around each of which stand log-in, forms, errors and the frame."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from portal import form_parser, paths, sessions, uploads
from portal.api_client import ApiClient, ApiRefused, ServiceUnavailable
from portal.errors import CrossSite, SessionEnded
from portal.page import Page
from portal.page_request import OWNER_FIELD, FormForged
from portal.passages import PERSON_HEADER
from portal.templating import Templates
from web.auth.principal import Principal
from web.auth.tokens import TokenVerifier
from web.errors import Problem, Unauthenticated, Unavailable

Handler = Callable[[Page], Awaitable[Response]]

LOGIN = "/connexion"
# Not carried from a page that lost its session to the page after log-in.
NOT_KEPT = (
    form_parser.CSRF_FIELD,
    "password",
    "current",
    "current_password",
    "new",
    "code",
    "credential",
    form_parser.KEPT_FIELD,
)


# The name, percent-encoded, of the person who is logged in by now: on a refusal of what a page asks for another.
ANOTHER_PERSON_HEADER = "X-Another-Person"


class LoginNeeded(Exception):
    pass


@dataclass(frozen=True)
class Entry:
    path: str
    methods: tuple[str, ...]
    handler: Handler
    is_open: bool
    takes_files: bool = False


@dataclass
class Blueprint:
    """The pages of one subject. ``@blueprint.get("/contrats")``, ``@blueprint.post(…)``; ``is_open`` needs no log-in;
    ``takes_files`` alone takes multipart/form-data.

    A form belongs to the person whose page it stood on. Sent after the session has ended, it travels through the log-in
    page; sent while another person is logged in, it stops here. Either way it reaches its handler with
    ``page.is_resumed``: every change is then refused, and the handler shows the form again, filled.
    """

    entries: list[Entry] = field(default_factory=list)

    def get(self, path: str, *, is_open: bool = False) -> Callable[[Handler], Handler]:
        return self._add(path, ("GET",), is_open)

    def post(self, path: str, *, is_open: bool = False, takes_files: bool = False) -> Callable[[Handler], Handler]:
        return self._add(path, ("POST",), is_open, takes_files)

    def _add(
        self, path: str, methods: tuple[str, ...], is_open: bool, takes_files: bool = False
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.entries.append(Entry(path, methods, handler, is_open, takes_files))
            return handler

        return register


class Router:
    def __init__(
        self, backend: ApiClient, browser: sessions.Sessions, verifier: TokenVerifier, public_origin: str
    ) -> None:
        self._backend = backend
        self._browser = browser
        self._verifier = verifier
        self._public_origin = public_origin
        self._templates = Templates()

    def routes(self, *blueprints: Blueprint) -> list[BaseRoute]:
        entries = [entry for blueprint in blueprints for entry in blueprint.entries]
        # A name that is spelled out comes before one that anything fills.
        entries.sort(key=lambda entry: "{" in entry.path)
        return [Route(entry.path, self._endpoint(entry), methods=list(entry.methods)) for entry in entries]

    def _endpoint(self, entry: Entry) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                page = await self._page(request, needs_person=not entry.is_open)
            except (LoginNeeded, SessionEnded, Unauthenticated):
                page = self._anonymous(request)
                return await self._guarded(page, self._log_in_first(entry, page))
            except Unavailable:
                page = self._anonymous(request)
                return await self._guarded(page, self._identity_away(entry, page))
            return await self._guarded(page, self._answer(entry, page))

        return endpoint

    async def refuse(self, request: Request, problem: Problem) -> Response:
        """The page for what is not there, in the person's frame; for whatever else, one that asks no service."""
        is_missing = problem.status == 404
        page = await self._page(request, needs_person=False) if is_missing else self._anonymous(request)
        refused = ApiRefused(problem.status, {"title": "" if is_missing else problem.sentence(page.language)})
        template = "errors/missing.html" if is_missing else "errors/refused.html"
        return await page.render(template, status=problem.status, refused=refused)

    async def _guarded(self, page: Page, answering: Awaitable[Response]) -> Response:
        """What may go wrong with any page, as a page."""
        try:
            return await answering
        except (CrossSite, FormForged):
            return await page.render("errors/forged.html", status=403)
        except Problem as problem:
            refused = ApiRefused(problem.status, {"title": problem.sentence(page.language), "code": problem.code})
            response = await page.render("errors/refused.html", status=problem.status, refused=refused)
            response.headers.update(problem.headers)
            return response
        except ClientDisconnect:
            return Response(status_code=400)

    async def _answer(self, entry: Entry, page: Page) -> Response:
        try:
            if page.request.method == "POST":
                await self._take_form(entry, page, partial(_forward, entry, page))
                self._resume(entry, page)
            if _is_script(page.request) and _is_anothers(entry, page):
                return PlainTextResponse(page.why_shown_again, 409, {ANOTHER_PERSON_HEADER: quote(page.who.name)})
            return await entry.handler(page)
        except ServiceUnavailable:
            return await page.render("errors/away.html", status=503)
        except ApiRefused as refused:
            if refused.status == 401:
                return await self._log_in_first(entry, page)
            template = "errors/missing.html" if refused.status == 404 else "errors/refused.html"
            response = await page.render(template, status=refused.status, refused=refused)
            if refused.status == 429:
                response.headers["Retry-After"] = str(refused.problem.retry_after)
            return response

    async def _take_form(
        self, entry: Entry, page: Page, forward: form_parser.Forward, check: form_parser.Check | None = None
    ) -> None:
        sessions.refuse_cross_site("POST", page.request.headers, self._public_origin)
        body = await form_parser.read(page.request, forward, check or page.check_csrf, takes_files=entry.takes_files)
        page.form, page.sent = body.fields, body.files
        page.kept = page.field(form_parser.KEPT_FIELD)

    def _resume(self, entry: Entry, page: Page) -> None:
        """A form that comes back from the log-in page, or that was another person's."""
        if entry.is_open or not (page.kept or page.is_anothers):
            return
        page.form, page.is_resumed = form_parser.unpacked(page.kept or _packed(page)), True
        page.owner = page.field(OWNER_FIELD)

    async def _log_in_first(self, entry: Entry, page: Page) -> Response:
        if not _is_kept(entry, page.request):
            return self._to_login(page.request)
        anonymous = await self._keeping(entry, page)
        response = await anonymous.render("account/login.html", suite=page.request.url.path, login="", wrong="")
        sessions.close_session(response)
        return response

    async def _identity_away(self, entry: Entry, page: Page) -> Response:
        anonymous = await self._keeping(entry, page) if _is_kept(entry, page.request) else page
        return await anonymous.render("errors/away.html", status=503)

    async def _keeping(self, entry: Entry, page: Page) -> Page:
        """A page without a person, such as the log-in, that carries along the form that was posted to ``page``."""
        if not page.form:
            # A browser that lost all its cookies has no form token to send. Its form is not checked for one, because it
            # is only shown again and not acted on.
            check = page.check_csrf if page.form_keys else form_parser.unchecked
            await self._take_form(entry, page, form_parser.nowhere, check)
        anonymous = self._anonymous(page.request)
        anonymous.kept = page.kept or _packed(page)
        return anonymous

    async def _page(self, request: Request, *, needs_person: bool) -> Page:
        session = sessions.session_token(request.headers)
        if session is None:
            if needs_person:
                raise LoginNeeded
            return self._anonymous(request)
        try:
            token = await asyncio.shield(self._browser.access_token(session))
            person = await self._verifier.verify(token)
        except (SessionEnded, Unauthenticated, Unavailable):
            if needs_person:
                raise
            return self._anonymous(request)
        request.state.principal = person
        return self._opened(request, person, token)

    def _anonymous(self, request: Request) -> Page:
        return self._opened(request, None, None)

    def _opened(self, request: Request, person: Principal | None, token: str | None) -> Page:
        return Page(
            request, self._backend, person=person, token=token, templates=self._templates, browser=self._browser
        )

    def _to_login(self, request: Request) -> Response:
        """Back here afterwards; an htmx request takes the whole window along."""
        here = paths.of(request.headers.get("hx-current-url", "")) or paths.of(str(request.url))
        target = f"{LOGIN}?suite={quote(here, safe='')}" if paths.is_short(here) else LOGIN
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": target})
        response = RedirectResponse(target, 303)
        sessions.close_session(response)
        return response


def _is_kept(entry: Entry, request: Request) -> bool:
    return not entry.is_open and request.method == "POST" and not _is_script(request)


def _is_script(request: Request) -> bool:
    """Whether a script asks, which keeps its form by itself; browsers say so since 2023."""
    headers = request.headers
    return headers.get("hx-request") == "true" or headers.get("sec-fetch-dest") == "empty"


def _is_anothers(entry: Entry, page: Page) -> bool:
    """Whether a page that is still open asks as the person it was made for, and another is logged in by now."""
    if entry.is_open:
        return False
    if page.request.method == "POST":
        return page.is_resumed and page.is_anothers
    return page.request.headers.get(PERSON_HEADER, page.person_id) != page.person_id


async def _forward(entry: Entry, page: Page, name: str, pieces: AsyncIterator[bytes]) -> form_parser.SentFile:
    """A file of another person's form does not become this person's."""
    if page.is_anothers and not entry.is_open:
        return await form_parser.nowhere(name, pieces)
    return await uploads.forward(page, name, pieces)


def _packed(page: Page) -> str:
    fields = FormData([*page.form.multi_items(), (OWNER_FIELD, page.owner)])
    return form_parser.packed(form_parser.Body(fields, page.sent), without=NOT_KEPT)

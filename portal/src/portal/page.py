"""One request of one person, and how it is answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal import cookies, form_parser, paths, sessions
from portal.page_request import PageRequest, form_token, if_allowed, or_unavailable
from portal.services import notifications
from portal.templating import Templates

# Retry-After in seconds by status, where the service's answer names none.
LATER = {429: "10", 503: "2"}


class Page(PageRequest):
    """What a handler is given: what was asked, and every way to answer."""

    def __init__(self, *arguments: Any, templates: Templates, browser: sessions.Sessions, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._templates = templates
        self._browser = browser
        self._form_key = next(iter(self.form_keys), "") or secrets.token_urlsafe(24)

    async def render(
        self, template: str, context: Mapping[str, object] | None = None, *, status: int = 200, **more: object
    ) -> Response:
        """A whole page: the template inside the frame."""
        frame = await self._frame()
        return self._html(self._templates.render(self, template, {**frame, **(context or {}), **more}), status)

    def fragment(
        self, template: str, context: Mapping[str, object] | None = None, *, status: int = 200, **more: object
    ) -> Response:
        """A part of a page, for htmx."""
        return self._html(self._templates.render(self, template, {**(context or {}), **more}), status)

    def redirect(self, path: str, *, flash: str = "") -> Response:
        """After a change: 303 to a page of ours, with a sentence to show there."""
        response = RedirectResponse(path if paths.is_short(path) else path.partition("?")[0], 303)
        if flash:
            cookies.put(response, cookies.FLASH, quote(cookies.told(flash)), max_age=30)
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

    async def _frame(self) -> dict[str, int | None]:
        if self.person is None:
            return {"unread": None}
        feed = await or_unavailable(if_allowed(notifications.feed(self, limit=1)))
        return {"unread": feed.unread_count if feed else None}

    def _html(self, content: str, status: int) -> Response:
        response = HTMLResponse(content, status, {"Content-Language": self.language, "Vary": "Accept-Language, Cookie"})
        if status in LATER:
            response.headers["Retry-After"] = LATER[status]
        if not self.form_keys:
            # Under a name of its own: another page that is the first at the same moment keeps its key beside it.
            cookies.put(response, f"{cookies.CSRF}-{secrets.token_hex(3)}", self._form_key)
        if cookies.FLASH in self.request.cookies and status == 200 and self.request.headers.get("hx-request") != "true":
            cookies.drop(response, cookies.FLASH)
        return response

    def csrf_input(self) -> Markup:
        token = form_token(self._form_key, self.person_id)
        return Markup('<input type="hidden" name="{}" value="{}">').format(form_parser.CSRF_FIELD, token)

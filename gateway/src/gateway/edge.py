"""The order in which the edge looks at a request: shape, target, caller, frequency; then its service or a page."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from api.upstreams import SESSION_COOKIE
from gateway import routing
from gateway.access import Access, Requester
from gateway.in_flight import HandBack, InFlight, nothing_held, until_stream
from gateway.settings import Settings
from gateway.throttle import Throttle
from web.errors import MethodNotAllowed, Unauthenticated
from web.http.proxy import headers
from web.http.proxy.forwarding import Proxy
from web.networks import network

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
PROBES = frozenset({"/livez", "/readyz"})
UPLOAD = ("POST", "/api/v1/files")
IMPORT = ("POST", "/api/v1/backoffice/imports")


# Bytes. A request with a larger body may be slow, so it counts among the caller's uploads, which have their own limit.
QUICK = 64 * 1024


class Limits:
    """How often, and how many at a time: a verified caller for itself wherever it comes from, everybody else by
    address. A browser's session is not verified here: a caller that makes some up is bounded by how often its address
    may ask."""

    def __init__(self, settings: Settings) -> None:
        self._callers = Throttle(settings.rate, settings.burst, settings.rate_principals)
        self._authentication = Throttle(settings.auth_rate, settings.auth_burst, settings.rate_principals)
        waiting, patience = settings.in_flight_waiting, settings.in_flight_patience
        self._in_flight = InFlight(settings.in_flight, waiting, patience)
        self._of_address = InFlight(settings.in_flight_of_address, waiting, patience)
        self._uploads = InFlight(settings.in_flight_uploads, waiting, patience)
        self._active = settings.rate_limited

    def take(self, scope: Scope, caller: Requester) -> None:
        if self._active:
            self._callers.take(caller.principal.subject if caller.principal else _address(scope))

    def take_authentication(self, scope: Scope) -> None:
        if self._active:
            self._authentication.take(_address(scope))

    def place(self, scope: Scope, caller: Requester | None) -> AbstractAsyncContextManager[HandBack]:
        """A place among the caller's requests that are under way; of the portal, no ``caller`` but a session."""
        if not self._active:
            return nullcontext(nothing_held)
        if caller is None:
            cookies = Headers(scope=scope).get("cookie", "")
            subject = cookie_parser(cookies).get(SESSION_COOKIE)
        else:
            subject = caller.principal.subject if caller.principal else None
        places = (self._in_flight if subject else self._of_address) if _is_quick(scope) else self._uploads
        return places.place(subject or _address(scope))


class Edge:
    def __init__(self, settings: Settings, proxy: Proxy, access: Access, pages: ASGIApp) -> None:
        self._settings = settings
        self._proxy = proxy
        self._access = access
        self._pages = pages
        self._limits = Limits(settings)
        # In bytes; every other call has at most ``max_body_bytes``.
        self._larger = {UPLOAD: settings.max_upload_bytes, IMPORT: settings.max_import_bytes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        path = scope["path"]
        routing.check_path(scope["raw_path"], path)
        headers.check(scope["headers"])
        if scope["method"] not in METHODS:
            raise MethodNotAllowed(headers={"Allow": ", ".join(sorted(METHODS))})
        if routing.is_api(path):
            await self._api(scope, receive, send)
            return
        if path not in PROBES:
            self._limits.take(scope, Requester())
        if routing.is_own(path):
            await self._pages(scope, receive, send)
        else:
            await self._page_of_portal(scope, receive, send)

    async def _page_of_portal(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = routing.PORTAL
        limit = self._settings.max_form_bytes
        place = nullcontext(nothing_held) if routing.is_asset(scope["path"]) else self._limits.place(scope, None)
        async with place as hand_back:
            send = until_stream(send, hand_back)
            await self._proxy.forward(scope, receive, send, upstream="portal", limit=limit, with_cookies=True)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = routing.target(scope["path"])
        scope["route"] = target
        caller = await (self._newcomer(scope) if target.is_authentication else self._caller(scope))
        async with self._limits.place(scope, caller) as hand_back:
            await self._proxy.forward(
                scope,
                receive,
                until_stream(send, hand_back),
                upstream=target.service,
                authorization=caller.authorization,
                limit=self._larger.get((scope["method"], scope["path"]), self._settings.max_body_bytes),
            )

    async def _newcomer(self, scope: Scope) -> Requester:
        """The caller of a log-in. A client may still send an expired token there: it is not verified."""
        self._limits.take_authentication(scope)
        return Requester(Headers(scope=scope).get("authorization"))

    async def _caller(self, scope: Scope) -> Requester:
        try:
            caller = await self._access.identify(Headers(scope=scope))
        except Unauthenticated:
            self._limits.take(scope, Requester())
            raise
        if caller.principal is not None:
            # For the log of requests.
            scope.setdefault("state", {})["principal"] = caller.principal
        self._limits.take(scope, caller)
        return caller


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return network(client[0]) if client else "unknown"


def _is_quick(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" not in headers and int(headers.get("content-length", "0")) <= QUICK

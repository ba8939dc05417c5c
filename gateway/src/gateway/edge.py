"""The order in which the edge looks at a request: shape, target, caller, frequency; then its service or a page."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import routing
from gateway.access import Access, Caller
from gateway.settings import Settings
from gateway.throttle import Throttle
from web.errors import MethodNotAllowed, Unauthenticated
from web.http.proxy import headers
from web.http.proxy.forwarding import Proxy
from web.networks import network

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
PROBES = frozenset({"/livez", "/readyz"})
UPLOAD = ("POST", "/api/v1/files")


class Limits:
    """How often: a verified caller for itself wherever it comes from, everybody else by address."""

    def __init__(self, settings: Settings) -> None:
        self._callers = Throttle(settings.rate, settings.burst, settings.rate_principals)
        self._authentication = Throttle(settings.auth_rate, settings.auth_burst, settings.rate_principals)
        self._active = settings.rate_limited

    def take(self, scope: Scope, caller: Caller) -> None:
        if self._active:
            self._callers.take(caller.principal.subject if caller.principal else _address(scope))

    def take_authentication(self, scope: Scope) -> None:
        if self._active:
            self._authentication.take(_address(scope))


class Edge:
    def __init__(self, settings: Settings, proxy: Proxy, access: Access, pages: ASGIApp) -> None:
        self._settings = settings
        self._proxy = proxy
        self._access = access
        self._pages = pages
        self._limits = Limits(settings)

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
            self._limits.take(scope, Caller())
        if routing.is_own(path):
            await self._pages(scope, receive, send)
        else:
            await self._page_of_portal(scope, receive, send)

    async def _page_of_portal(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = routing.PORTAL
        limit = self._settings.max_form_bytes
        await self._proxy.forward(scope, receive, send, upstream="portal", limit=limit, with_cookies=True)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = routing.target(scope["path"])
        scope["route"] = target
        caller = await (self._newcomer(scope) if target.is_authentication else self._caller(scope))
        is_upload = (scope["method"], scope["path"]) == UPLOAD
        await self._proxy.forward(
            scope,
            receive,
            send,
            upstream=target.service,
            authorization=caller.authorization,
            limit=self._settings.max_upload_bytes if is_upload else self._settings.max_body_bytes,
        )

    async def _newcomer(self, scope: Scope) -> Caller:
        """Who logs in may still hold an old token; it says nothing, and it refuses nobody."""
        self._limits.take_authentication(scope)
        return Caller(Headers(scope=scope).get("authorization"))

    async def _caller(self, scope: Scope) -> Caller:
        try:
            caller = await self._access.identify(Headers(scope=scope))
        except Unauthenticated:
            self._limits.take(scope, Caller())
            raise
        if caller.principal is not None:
            # For the log of requests.
            scope.setdefault("state", {})["principal"] = caller.principal
        self._limits.take(scope, caller)
        return caller


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return network(client[0]) if client else "unknown"

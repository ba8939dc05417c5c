"""The order in which the edge looks at a request: shape, target, caller, frequency; then its service or a page."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.errors import MethodNotAllowed, Unauthenticated
from gateway import headers, routing
from gateway.access import Access, Caller
from gateway.errors import SessionEnded
from gateway.proxy import Proxy
from gateway.settings import Settings
from gateway.throttle import Throttle, network

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
            self._callers.take(caller.subject or _address(scope))

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
            raise MethodNotAllowed
        if routing.is_api(path):
            await self._api(scope, receive, send)
            return
        if path not in PROBES:
            self._limits.take(scope, Caller())
        await self._pages(scope, receive, send)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = routing.target(scope["path"])
        scope["route"] = target
        caller = await (self._newcomer(scope) if target.is_authentication else self._caller(scope))
        is_upload = (scope["method"], scope["path"]) == UPLOAD
        await self._proxy.forward(
            scope,
            receive,
            send,
            service=target.service,
            authorization=caller.authorization,
            limit=self._settings.max_upload_bytes if is_upload else self._settings.max_body_bytes,
        )

    async def _newcomer(self, scope: Scope) -> Caller:
        """Who logs in may still hold an old token; it says nothing, and it refuses nobody."""
        self._limits.take_authentication(scope)
        return Caller(Headers(scope=scope).get("authorization"))

    async def _caller(self, scope: Scope) -> Caller:
        try:
            caller = await self._access.identify(scope["method"], Headers(scope=scope))
        except (Unauthenticated, SessionEnded):
            self._limits.take(scope, Caller())
            raise
        self._limits.take(scope, caller)
        return caller


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return network(client[0]) if client else "unknown"

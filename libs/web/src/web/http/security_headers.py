"""What a browser is told to refuse, on every answer, errors included."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
# What of a device no page may use unless it says so itself.
DEVICES = ("camera", "geolocation", "microphone", "payment", "usb")


def permissions_policy(*used: str) -> str:
    """For a page that itself, and nothing that it embeds, uses these of DEVICES."""
    assert set(used) <= set(DEVICES)
    return ", ".join(f"{name}=(self)" if name in used else f"{name}=()" for name in DEVICES)


HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": permissions_policy(),
}
HSTS = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """Adds what an answer does not say itself. A service's stricter policy stays as it is."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, "Strict-Transport-Security": HSTS} if is_https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    answer.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_hardened if scope["type"] == "http" else send)

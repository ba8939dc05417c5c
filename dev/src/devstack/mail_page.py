"""A page to read what the platform has mailed, and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from devkit.servers.mail import MailCatcher, Received
from devstack.servers import LOOPBACK

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}


def app(mail: MailCatcher, host: str) -> Starlette:
    """``host`` is where it listens. On the loopback it answers to no other name: a site whose own name led there would
    read the mail of its visitors."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)

    async def page(_request: Request) -> Response:
        html = templates.get_template("mail.html").render(messages=[_plain(r) for r in reversed(mail.messages)])
        return HTMLResponse(html, headers=HEADERS)

    async def listing(request: Request) -> Response:
        wanted = request.query_params.get("to")
        return JSONResponse([_plain(r) for r in mail.messages if wanted in (None, *r.recipients)])

    names = ["localhost", LOOPBACK] if host == LOOPBACK else ["*"]
    return Starlette(
        routes=[Route("/", page), Route("/messages", listing)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)],
    )


def _plain(received: Received) -> dict[str, str]:
    message = received.message
    return {
        "to": ", ".join(received.recipients),
        "from": str(message["from"]),
        "subject": str(message["subject"]),
        "date": str(message["date"]),
        "text": text_of(message),
    }


def text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    content: str | Sequence[str] = body.get_content() if body else ""
    return content if isinstance(content, str) else "".join(content)

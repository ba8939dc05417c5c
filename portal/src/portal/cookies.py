"""Every cookie of the platform: this host's alone, sent over TLS or to localhost, out of reach of scripts."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.upstreams import SESSION_COOKIE

# What browsers take from this host alone, for all of it, and with Secure: no other host or plain page can set one.
PREFIX = "__Host-"
MOST_TOLD = 300
ATTRIBUTES: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}

SESSION = SESSION_COOKIE
DEVICE = f"{PREFIX}device"
# A browser may have several: pages that are first, and open at once, each set their own.
CSRF = f"{PREFIX}csrf"
# The token of a log-in that waits for its second factor.
SECOND_STEP = f"{PREFIX}second-step"
LINK = f"{PREFIX}link"
FLASH = f"{PREFIX}flash"
THEME = f"{PREFIX}theme"
LANGUAGE = f"{PREFIX}language"
KEYS = f"{PREFIX}keys"
CHOSEN_LANGUAGE = f"{PREFIX}chosen-language"


def put(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """For ``max_age`` seconds, otherwise until the browser is closed."""
    response.set_cookie(name, value, max_age=max_age, **ATTRIBUTES)


def drop(response: Response, name: str) -> None:
    response.delete_cookie(name, **ATTRIBUTES)


def told(flash: str) -> str:
    """Cuts a sentence to 300 characters: a letter takes up to nine bytes encoded, and a cookie holds 4 KiB."""
    return flash if len(flash) <= MOST_TOLD else f"{flash[: MOST_TOLD - 1]}…"

"""Paths of this site out of what comes from outside, which may be no address at all."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

# As it stands in a header, whose whole a browser and a proxy bound to a few kilobytes.
MOST = 2000


def of(address: str) -> str:
    """Path and query of an address; empty where there is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def local(path: str) -> str:
    """``path`` where it leads to a page of this site, else empty: another site's would make the log-in a stepping
    stone."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return ""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if is_ours and path.isprintable() and is_short(path) else ""


def is_short(path: str) -> bool:
    return len(quote(path)) <= MOST

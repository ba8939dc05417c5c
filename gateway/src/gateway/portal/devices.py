"""What a browser calls itself, in words."""

from __future__ import annotations

from gateway.portal.translations import later
from gateway.portal.visit import Visit

# In this order: most browsers claim to be several of them.
BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
ON = later("%(browser)s sur %(system)s")
UNKNOWN = later("Appareil inconnu")
SHOWN = 60


def described(visit: Visit, device: str, client: str) -> str:
    """``Firefox sur Windows`` from a user agent; a program that uses the API by its own name."""
    browser, system = _first(BROWSERS, device), _first(SYSTEMS, device)
    if client == "api" or not browser:
        return device[:SHOWN] or visit.gettext(UNKNOWN)
    return visit.gettext(ON) % {"browser": browser, "system": system} if system else browser


def _first(known: tuple[tuple[str, str], ...], device: str) -> str:
    return next((name for mark, name in known if mark in device), "")

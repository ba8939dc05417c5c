"""The name of a browser, from its user agent."""

from __future__ import annotations

from web.i18n import Language, text

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
ON = text("{browser} sur {system}", "{browser} on {system}")
UNKNOWN = text("Appareil inconnu", "Unknown device")
SHOWN = 60


def described(device: str, language: Language) -> str:
    """``Firefox sur Windows`` from a user agent; any other client by its own name, shortened."""
    browser, system = _first(BROWSERS, device), _first(SYSTEMS, device)
    if not browser:
        return named(device, language)
    return ON[language].format(browser=browser, system=system) if system else browser


def named(device: str, language: Language) -> str:
    return device[:SHOWN] or UNKNOWN[language]


def _first(known: tuple[tuple[str, str], ...], device: str) -> str:
    return next((name for mark, name in known if mark in device), "")

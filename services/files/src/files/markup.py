"""Whether bytes are text, and whether a text is something that a browser would run."""

from __future__ import annotations

import re

from files.errors import ActiveContentRefused

# Tab, line ends, form feed and escape (coloured logs); the upper half for UTF-8 and the 8-bit code pages.
TEXT_BYTES = bytes([9, 10, 12, 13, 27, *range(32, 127), *range(128, 256)])
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

PROLOGUE = re.compile(
    r"\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s+([\w:.-]+)[^<>\[]*(?:\[.*?\])?\s*>", re.DOTALL | re.IGNORECASE
)
ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
# The elements by which browsers tell a page (WHATWG MIME sniffing), pictures that run scripts, style sheets that do.
# fmt: off
ACTIVE = frozenset((
    "html", "head", "body", "script", "style", "title", "iframe", "frameset", "svg", "img", "a", "b", "p", "br",
    "div", "h1", "font", "table", "form", "object", "embed", "meta", "link", "base", "video", "audio", "input",
    "button", "marquee", "math", "stylesheet", "transform",
))
# fmt: on
ACTIVE_ANYWHERE = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "<?xml-stylesheet", "<!entity")


def decoded(head: bytes) -> str | None:
    """``head`` as text, or None when no text looks so."""
    encoding = BYTE_ORDER_MARKS.get(head[:2])
    if encoding is not None:
        return head[2:].decode(encoding, errors="replace")
    return None if has_binary(head) else head.decode("utf-8", errors="replace")


def is_wide(head: bytes) -> bool:
    """Whether the text is UTF-16, which zero bytes belong to."""
    return head[:2] in BYTE_ORDER_MARKS


def has_binary(piece: bytes) -> bool:
    return bool(piece.translate(None, TEXT_BYTES))


def refuse_active(text: str) -> None:
    """Raises ActiveContentRefused on HTML, SVG, XHTML and style sheets, however they are introduced."""
    place = len(text) - len(text.lstrip("\ufeff"))
    while found := PROLOGUE.match(text, place):
        if (found[1] or "").lower() in ACTIVE:
            raise ActiveContentRefused
        place = found.end()
    if not text.startswith("<", place):
        return
    element = ELEMENT.match(text, place)
    # Markup whose first element does not come into sight is not given the benefit of the doubt.
    if element is None or element[1].lower() in ACTIVE or _acts_somewhere(text):
        raise ActiveContentRefused


def _acts_somewhere(text: str) -> bool:
    lower = text.lower()
    return any(marker in lower for marker in ACTIVE_ANYWHERE)

"""Whether bytes are text, and whether a text is something that a browser would run."""

from __future__ import annotations

import re

from files.errors import ActiveContentRefused

# Tab, line ends, form feed and escape (coloured logs); the upper half for UTF-8 and the 8-bit code pages.
TEXT_BYTES = bytes([9, 10, 12, 13, 27, *range(32, 127), *range(128, 256)])
# What logs hold besides: zeros after a power cut, bells and backspaces of a terminal, vertical tabs, Ctrl-Z.
LOG_CONTROLS = "\0\a\b\t\n\v\f\r\x1a\x1b\ufeff"
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Of a text with control characters, at least so much is to be read. Noise reaches two fifths.
READABLE = 0.5
# Of what may be UTF-16 without a mark, so many zeros in every other byte.
ZEROS = 0.7

PROLOGUE = re.compile(
    r"[\s\x00-\x1f]+|<!--.*?-->|<\?.*?\?>|<!doctype\s+([\w:.-]+)[^<>\[]*(?:\[.*?\])?\s*>", re.DOTALL | re.IGNORECASE
)
ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>]|$)")
# The elements by which browsers tell a page (WHATWG MIME sniffing), pictures that run scripts, style sheets that do.
ACTIVE = frozenset(
    (
        "html",
        "head",
        "body",
        "script",
        "style",
        "iframe",
        "frameset",
        "svg",
        "img",
        "embed",
        "meta",
        "stylesheet",
        "transform",
    )
)
# Elements of pages that are also words: names in a chat, fields of a log, roots of XML. They make a page where they
# have attributes or an end, or where something that acts stands behind them.
HARMLESS_ALONE = frozenset((
    "title", "a", "b", "p", "br", "div", "h1", "font", "table", "form", "object", "link", "base", "video", "audio",
    "input", "button", "marquee", "math",
))  # fmt: skip
ATTRIBUTE = re.compile(r"[^<>]*=")
ACTS = re.compile(rf"<(?:{'|'.join(sorted(ACTIVE))})[\s/>]|\bon[a-z]+\s*=|javascript:", re.IGNORECASE)
ACTIVE_ANYWHERE = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "<?xml-stylesheet", "<!entity")


def decoded(head: bytes, *, is_named_text: bool) -> str | None:
    """``head`` as text, or None when no text looks so. Under the name of a text it may hold control characters."""
    encoding = wide_encoding(head)
    if encoding is not None:
        return head.decode(encoding, errors="replace")
    text = head.decode("utf-8", errors="replace")
    if has_binary(head) and not (is_named_text and _is_mostly_readable(text)):
        return None
    return text


def wide_encoding(head: bytes) -> str | None:
    """Which UTF-16 the text is in, if so; without a mark it shows by zeros in every other byte."""
    if head[:2] in BYTE_ORDER_MARKS:
        return BYTE_ORDER_MARKS[head[:2]]
    for first, encoding in ((0, "utf-16-le"), (1, "utf-16-be")):
        written, zeros = head[first::2], head[1 - first :: 2]
        if len(zeros) > 1 and zeros.count(0) > ZEROS * len(zeros) and not has_binary(written):
            return encoding
    return None


def _is_mostly_readable(text: str) -> bool:
    seen = [character for character in text if character not in LOG_CONTROLS]
    readable = sum(character.isprintable() and character != "\ufffd" for character in seen)
    return readable >= READABLE * len(seen)


def has_binary(piece: bytes) -> bool:
    return bool(piece.translate(None, TEXT_BYTES))


def refuse_active(text: str, *, is_named_xml: bool = False) -> None:
    """Raises ActiveContentRefused on HTML, SVG, XHTML and style sheets, however they are introduced.

    In XML only a namespace makes a page of elements that are called as those of a page.
    """
    place = len(text) - len(text.lstrip("\ufeff"))
    is_xml = is_named_xml
    while found := PROLOGUE.match(text, place):
        if (found[1] or "").lower() in ACTIVE:
            raise ActiveContentRefused
        is_xml = is_xml or found[0].startswith("<?xml ")
        place = found.end()
    # A comment, a declaration or an instruction whose end does not come into sight hides what follows it.
    if text[place : place + 9].lower().startswith(("<!--", "<!doctype", "<?")):
        raise ActiveContentRefused
    element = ELEMENT.match(text, place)
    if element is None:
        return
    name = element[1].lower()
    if name in ACTIVE or _acts_somewhere(text) or (name in HARMLESS_ALONE and not is_xml and _is_page(text, element)):
        raise ActiveContentRefused


def _is_page(text: str, element: re.Match[str]) -> bool:
    after = text[element.end() :]
    return bool(ATTRIBUTE.match(after) or f"</{element[1]}".lower() in after.lower() or ACTS.search(after))


def _acts_somewhere(text: str) -> bool:
    lower = text.lower()
    return any(marker in lower for marker in ACTIVE_ANYWHERE)

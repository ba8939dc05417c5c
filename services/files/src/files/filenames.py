"""A file's name, for display only: never a path, never a header of its own, never an extension that lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import quote

from web.text import characters

NAMELESS = "fichier"
MAX_BYTES = 200
MAX_EXTENSION = 12
# Control, surrogate, private, unassigned, line and paragraph separators; of format characters (right-to-left overrides,
# zero width) those that join emoji or letters are seen.
INVISIBLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
FORBIDDEN = re.compile(r'[<>:"|?*]')
DEVICE = re.compile(r"(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\.|$)", re.IGNORECASE)


def clean(name: str) -> str:
    """What remains of a sender's file name: one line, no path, nothing invisible, at most 200 bytes of UTF-8."""
    base = re.split(r"[/\\]", characters.normalized("NFC", name))[-1]
    seen = characters.visible(base)
    seen = "".join(character for character in seen if unicodedata.category(character) not in INVISIBLE)
    plain = " ".join(FORBIDDEN.sub("_", seen).split()).strip(". ")
    if DEVICE.match(plain):
        plain = f"_{plain}"
    return shortened(plain) or NAMELESS


def shortened(name: str) -> str:
    """Cut in the stem, the extension kept."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > MAX_EXTENSION:
        stem, dot, extension = name, "", ""
    room = MAX_BYTES - len(f"{dot}{extension}".encode())
    fitting = len(stem.encode()[:room].decode(errors="ignore"))
    return characters.cut(stem, fitting).rstrip(". ") + dot + extension if stem else name


def extension_of(name: str) -> str:
    """In lower case, without its dot; empty when there is none."""
    stem, _, extension = name.rpartition(".")
    return extension.lower() if stem else ""


def with_extension(name: str, fitting: Collection[str], preferred: str) -> str:
    """``name`` if its extension is a fitting one, otherwise with ``preferred`` added: ``a.html`` that holds a PNG is
    ``a.html.png``, and opens as a picture."""
    if extension_of(name) in fitting:
        return name
    return shortened(f"{name}.{preferred}")


def disposition(name: str) -> str:
    """A Content-Disposition that downloads (RFC 6266): a plain name for old clients, the true one for the others."""
    stem, dot, extension = name.rpartition(".") if extension_of(name) else (name, "", "")
    plain = _ascii(stem).strip()
    if not any(map(str.isalnum, plain)):
        plain = NAMELESS
    safe = (NAMELESS if plain.startswith(".") else "") + plain + _ascii(dot + extension)
    return f"attachment; filename=\"{safe.rstrip('. ')}\"; filename*=UTF-8''{quote(name, safe='')}"


def _ascii(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._ ()+-]", "_", plain)

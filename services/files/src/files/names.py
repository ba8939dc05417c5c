"""A file's name, for display only: never a path, never a header of its own, never an extension that lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import quote

NAMELESS = "fichier"
MAX_BYTES = 200
MAX_EXTENSION = 12
# Control, format (right-to-left overrides, zero width), surrogate, private, unassigned, line and paragraph separators.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
FORBIDDEN = re.compile(r'[<>:"|?*]')
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def clean(name: str) -> str:
    """What remains of a sender's file name: one line, no path, nothing invisible, at most 200 bytes of UTF-8."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(character for character in base if unicodedata.category(character) not in INVISIBLE)
    plain = " ".join(FORBIDDEN.sub("_", visible).split()).strip(". ")
    if DEVICE.match(plain):
        plain = f"_{plain}"
    return shortened(plain) or NAMELESS


def shortened(name: str) -> str:
    """Cut in the stem, the extension kept."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > MAX_EXTENSION:
        stem, dot, extension = name, "", ""
    room = MAX_BYTES - len(f"{dot}{extension}".encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + dot + extension if stem else name


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
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._ ()+-]", "_", plain).strip() or NAMELESS
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"

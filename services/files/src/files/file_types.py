"""What a file is, by its bytes: what is not positively recognised as allowed is refused. Nothing is ever unpacked.

The formats are :mod:`files.formats`'; ``puremagic`` only names what was refused.
"""

from __future__ import annotations

import re

import puremagic

from events.files import PAGE_NAMES, PROGRAM_NAMES
from files import markup
from files.errors import ActiveContentRefused, FileTypeRefused
from files.filenames import clean, extension_of
from files.formats import (
    BRANDS,
    CSV,
    INSTALLER_CLASS,
    JSON,
    LEGACY,
    LEGACY_MAGIC,
    ODF,
    ODF_PREFIX,
    OOXML,
    PDF,
    PROGRAMS,
    SIGNATURES,
    TEXT,
    XML,
    ZIP,
    Kind,
)

HEAD = 64 * 1024  # bytes from the beginning that ``recognise`` sees


def refuse_name(name: str) -> None:
    """What the name alone decides, before the content comes. Raises FileTypeRefused or ActiveContentRefused."""
    extension = extension_of(clean(name))
    if extension in PROGRAM_NAMES:
        raise FileTypeRefused
    if extension in PAGE_NAMES:
        raise ActiveContentRefused


def recognise(head: bytes, name: str) -> Kind:
    """The kind of a file that begins with ``head`` (its first 64 KiB). ``name`` only chooses between texts and between
    old office documents. Raises FileTypeRefused or ActiveContentRefused."""
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        return BRANDS[head[8:12]]
    if head.startswith(LEGACY_MAGIC):
        return _legacy(head, name)
    for test, kind in SIGNATURES:
        if test(head):
            return office(head) or ZIP if kind is ZIP else kind
    if _is_pdf(head, name):
        return PDF
    return _text(head, name)


def _legacy(head: bytes, name: str) -> Kind:
    kind = LEGACY.get(extension_of(name))
    if kind is None or INSTALLER_CLASS in head:
        raise FileTypeRefused("application/x-ole-storage")
    return kind


def _is_pdf(head: bytes, name: str) -> bool:
    """Readers take a PDF whose signature stands within its first 1024 bytes, and some programs write a BOM, empty lines
    or a printer's commands before it. A page does not become a document by quoting one."""
    place = re.search(rb"%PDF-[12]\.", head[:1032])
    if place is None:
        return False
    return place.start() == 0 or (b"<" not in head[: place.start()] and extension_of(name) in ("pdf", ""))


def office(head: bytes) -> Kind | None:
    """An office document is a ZIP that names its parts: the first ones, and all of them at its end."""
    if head[30:38] == b"mimetype" and head[38:].startswith(ODF_PREFIX):
        kinds = [kind for name, kind in ODF.items() if head[38 + len(ODF_PREFIX) :].startswith(name)]
        return kinds[0] if kinds else None
    if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
        return next((kind for part, kind in OOXML.items() if part in head), None)
    return None


def _text(head: bytes, name: str) -> Kind:
    text = None if head.startswith(PROGRAMS) and b"\0" in head[:64] else _decoded(head, name)
    if text is None:
        raise FileTypeRefused(_guess(head))
    extension = extension_of(name)
    markup.refuse_active(text, is_named_xml=extension == "xml")
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "<" and extension == "xml":
        return XML
    if start in ("{", "[") and extension == "json":
        return JSON
    return CSV if extension == "csv" else TEXT


def _decoded(head: bytes, name: str) -> str | None:
    return markup.decoded(head, is_named_text=is_named_text(name))


def is_named_text(name: str) -> bool:
    """Logs are called ``kern.log``, ``messages.1``, ``dmesg``."""
    extension = extension_of(name)
    named = (*TEXT.extensions, *CSV.extensions, *JSON.extensions, *XML.extensions)
    return not extension or extension in named or (extension.isascii() and extension.isdigit())


def fitting_extensions(kind: Kind, name: str) -> tuple[str, ...]:
    """Of a rotated log, ``syslog.1``, the number is part of the name."""
    extension = extension_of(name)
    rotated = kind is TEXT and extension.isascii() and extension.isdigit()
    return (*kind.extensions, extension) if rotated else kind.extensions


def _guess(head: bytes) -> str:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return str(matches[0].mime_type) if matches else ""

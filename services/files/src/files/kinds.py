"""What a file is, by its bytes: what is not positively recognised as allowed is refused. Nothing is ever unpacked.

The signatures are ours and few, since general tables take a page for text and a renamed installer for a document;
``puremagic`` only names what was refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import puremagic

from files import markup
from files.errors import FileTypeRefused
from files.names import extension_of

HEAD = 64 * 1024  # bytes from the beginning that ``recognise`` sees

Family = Literal["image", "video", "pdf", "text", "office", "archive"]


@dataclass(frozen=True)
class Kind:
    """``extensions``: what a name may end in, the usual one first."""

    family: Family
    media_type: str
    extensions: tuple[str, ...]


PNG = Kind("image", "image/png", ("png",))
JPEG = Kind("image", "image/jpeg", ("jpg", "jpeg", "jfif"))
GIF = Kind("image", "image/gif", ("gif",))
WEBP = Kind("image", "image/webp", ("webp",))
HEIC = Kind("image", "image/heic", ("heic", "heif"))
BMP = Kind("image", "image/bmp", ("bmp", "dib"))
TIFF = Kind("image", "image/tiff", ("tiff", "tif"))
MP4 = Kind("video", "video/mp4", ("mp4", "m4v", "3gp"))
MOV = Kind("video", "video/quicktime", ("mov", "qt"))
WEBM = Kind("video", "video/webm", ("webm",))
AVI = Kind("video", "video/x-msvideo", ("avi",))
PDF = Kind("pdf", "application/pdf", ("pdf",))
ZIP = Kind("archive", "application/zip", ("zip",))
GZIP = Kind("archive", "application/gzip", ("gz", "tgz"))
SEVEN_ZIP = Kind("archive", "application/x-7z-compressed", ("7z",))
RAR = Kind("archive", "application/vnd.rar", ("rar",))
TAR = Kind("archive", "application/x-tar", ("tar",))
RTF = Kind("office", "application/rtf", ("rtf",))
JSON = Kind("text", "application/json", ("json",))
CSV = Kind("text", "text/csv", ("csv",))
# Never as XML: a browser would act on it.
XML = Kind("text", "text/plain", ("xml",))
TEXT = Kind(
    "text",
    "text/plain",
    ("txt", "log", "md", "conf", "cfg", "cnf", "ini", "yaml", "yml", "tsv", "out", "err", "trace", "dump", "diff"),
)

OOXML = {
    b"word/": Kind(
        "office", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx", "docm", "dotx")
    ),
    b"xl/": Kind("office", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx", "xlsm")),
    b"ppt/": Kind(
        "office", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx", "ppsx")
    ),
}
ODF_PREFIX = b"application/vnd.oasis.opendocument."
ODF = {
    b"text": Kind("office", "application/vnd.oasis.opendocument.text", ("odt",)),
    b"spreadsheet": Kind("office", "application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
    b"presentation": Kind("office", "application/vnd.oasis.opendocument.presentation", ("odp",)),
    b"graphics": Kind("office", "application/vnd.oasis.opendocument.graphics", ("odg",)),
}
# One container for all of them, and for Windows installers: here the name decides, or refuses.
LEGACY = {
    "doc": Kind("office", "application/msword", ("doc", "dot")),
    "dot": Kind("office", "application/msword", ("doc", "dot")),
    "xls": Kind("office", "application/vnd.ms-excel", ("xls",)),
    "ppt": Kind("office", "application/vnd.ms-powerpoint", ("ppt", "pps")),
    "pps": Kind("office", "application/vnd.ms-powerpoint", ("ppt", "pps")),
    "vsd": Kind("office", "application/vnd.visio", ("vsd",)),
    "msg": Kind("office", "application/vnd.ms-outlook", ("msg",)),
}
LEGACY_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
INSTALLER_CLASS = b"\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"

BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"), HEIC),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"), MP4),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"dash"), MP4),
    b"qt  ": MOV,
}

Test = Callable[[bytes], bool]


def _starts(*magic: bytes) -> Test:
    return lambda head: head.startswith(magic)


def _riff(form: bytes) -> Test:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == form


def _is_bitmap(head: bytes) -> bool:
    """``BM`` alone begins too many texts: the reserved zeros and the size of a known header must follow."""
    return head[:2] == b"BM" and head[6:10] == bytes(4) and head[14] in (12, 40, 52, 56, 64, 108, 124)


SIGNATURES: tuple[tuple[Test, Kind], ...] = (
    (_starts(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), PNG),
    (_starts(b"\xff\xd8\xff"), JPEG),
    (_starts(b"GIF87a", b"GIF89a"), GIF),
    (_riff(b"WEBP"), WEBP),
    (_riff(b"AVI "), AVI),
    (_starts(b"II*\0", b"MM\0*"), TIFF),
    (_starts(b"%PDF-1.", b"%PDF-2."), PDF),
    (_starts(b"PK\x03\x04", b"PK\x05\x06"), ZIP),
    (_starts(b"\x1f\x8b\x08"), GZIP),
    (_starts(b"7z\xbc\xaf\x27\x1c"), SEVEN_ZIP),
    (_starts(b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"), RAR),
    (_starts(b"{\\rtf1"), RTF),
    (lambda head: head[257:262] == b"ustar", TAR),
    (lambda head: len(head) > 26 and _is_bitmap(head), BMP),
    (lambda head: head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head[:64], WEBM),
    (lambda head: head[4:8] in (b"moov", b"wide", b"mdat") and head[0] == 0, MOV),
)


def recognise(head: bytes, name: str) -> Kind:
    """The kind of a file that begins with ``head`` (its first 64 KiB). ``name`` only chooses between texts and between
    old office documents. Raises FileTypeRefused or ActiveContentRefused."""
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        return BRANDS[head[8:12]]
    if head.startswith(LEGACY_MAGIC):
        return _legacy(head, name)
    for test, kind in SIGNATURES:
        if test(head):
            return _office(head) or ZIP if kind is ZIP else kind
    return _text(head, name)


def _legacy(head: bytes, name: str) -> Kind:
    kind = LEGACY.get(extension_of(name))
    if kind is None or INSTALLER_CLASS in head:
        raise FileTypeRefused("application/x-ole-storage")
    return kind


def _office(head: bytes) -> Kind | None:
    """An office document is a ZIP that names its parts; the first ones are enough."""
    if head[30:38] == b"mimetype" and head[38:].startswith(ODF_PREFIX):
        kinds = [kind for name, kind in ODF.items() if head[38 + len(ODF_PREFIX) :].startswith(name)]
        return kinds[0] if kinds else None
    if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
        return next((kind for part, kind in OOXML.items() if part in head), None)
    return None


def _text(head: bytes, name: str) -> Kind:
    text = markup.decoded(head)
    if text is None:
        raise FileTypeRefused(_guess(head))
    markup.refuse_active(text)
    start, extension = text.lstrip("\ufeff \t\r\n")[:1], extension_of(name)
    if start == "<" and extension == "xml":
        return XML
    if start in ("{", "[") and extension == "json":
        return JSON
    return CSV if extension == "csv" else TEXT


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

"""Files that are two things at once: a picture that is also a page or an archive."""

from __future__ import annotations

import struct

from files.errors import ActiveContentRefused, FileTypeRefused, PolyglotRefused
from files.file_types import office
from files.formats import XML, ZIP, Kind
from files.markup import ACTIVE_ANYWHERE, LOG_CONTROLS, TEXT_BYTES, has_binary, wide_encoding

EDGE = 64 * 1024
OVERLAP = 64
# Long enough not to occur by chance in 20 MB of compressed picture; looked for without regard to case.
ANYWHERE = (b"<script", b"<iframe", b"%pdf-1.", b"rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
# Shorter ones, at both ends only.
AT_THE_EDGES = (b"<html", b"<svg ", b"<svg>", b"<!doctype", b"<?php")
MEDIA = frozenset({"image", "video", "sound"})
# What a text with the name of a text may hold of other bytes, zeros, bells and the like aside.
STRANGE = 0.1
KNOWN_BYTES = TEXT_BYTES + LOG_CONTROLS[:-1].encode()
END_OF_ZIP = struct.Struct("<4s4H2LH")


class Watch:
    """Sees a file of one kind pass, piece by piece, and refuses what contradicts it."""

    def __init__(self, kind: Kind, head: bytes, *, is_named_text: bool = False) -> None:
        self._kind = kind
        self._head = head
        self._seam = b""
        self._tail = bytearray()
        is_narrow = kind.family == "text" and wide_encoding(head) is None
        self._only_text = is_narrow and not is_named_text
        self._mostly_text = is_narrow and is_named_text
        self._size = self._strange = 0

    def see(self, piece: bytes) -> None:
        """Raises FileTypeRefused, ActiveContentRefused or PolyglotRefused."""
        if self._only_text and has_binary(piece):
            raise FileTypeRefused
        if self._mostly_text:
            self._size += len(piece) - piece.count(0)
            self._strange += len(piece.translate(None, KNOWN_BYTES))
        self._tail += piece
        del self._tail[:-EDGE]
        if self._kind is XML:
            self._look(piece, tuple(marker.encode() for marker in ACTIVE_ANYWHERE), ActiveContentRefused)
        elif self._kind.family in MEDIA:
            self._look(piece, ANYWHERE, PolyglotRefused)

    def end(self) -> Kind:
        """The last piece has passed: what the whole is. Raises FileTypeRefused or PolyglotRefused."""
        tail = bytes(self._tail)
        if self._strange > STRANGE * self._size:
            raise FileTypeRefused
        if self._mostly_text and _ends_as_zip(tail, exactly=True):
            raise PolyglotRefused
        if self._kind.family in MEDIA:
            edges = self._head.lower() + b"\0" + tail.lower()
            if any(marker in edges for marker in AT_THE_EDGES) or _ends_as_zip(tail, exactly=False):
                raise PolyglotRefused
        elif self._kind.family == "pdf" and _ends_as_zip(tail, exactly=True):
            raise PolyglotRefused
        return office(self._head + tail) or ZIP if self._kind is ZIP else self._kind

    def _look(self, piece: bytes, markers: tuple[bytes, ...], refusal: type[Exception]) -> None:
        seen = self._seam + piece.lower()
        if any(marker in seen for marker in markers):
            raise refusal
        self._seam = seen[-OVERLAP:]


def _ends_as_zip(tail: bytes, *, exactly: bool) -> bool:
    """Whether a ZIP's end record stands in the tail. ``exactly``: as the file's very last bytes, which leaves alone
    the archive that a PDF carries as an attachment."""
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + END_OF_ZIP.size > len(tail):
        return False
    _, disk, first_disk, here, total, _, _, comment = END_OF_ZIP.unpack_from(tail, place)
    if exactly:
        return bool(place + END_OF_ZIP.size + comment == len(tail))
    return bool(disk == first_disk == 0 and here == total)

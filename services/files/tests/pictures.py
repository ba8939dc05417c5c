"""Pictures as cameras, screens and attackers make them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (800, 400), **options: Any) -> bytes:
    held = io.BytesIO()
    Image.new(mode, size).save(held, kind, **options)
    return held.getvalue()


def photo(orientation: int = 1) -> bytes:
    """A JPEG that says who took it and where, with its red half on the left as it is stored."""
    image = Image.new("RGB", (800, 400), "blue")
    image.paste("red", (0, 0, 400, 400))
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST] = orientation, "Jeanne Dupont"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 24.0)})
    held = io.BytesIO()
    image.save(held, "JPEG", exif=exif, comment=b"chez Jeanne Dupont")
    return held.getvalue()


def claiming(width: int, height: int, *, lines: int = 0, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG that says to be so large, and holds ``lines`` of black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + kind + data + struct.pack("!L", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack("!LLBBBBB", width, height, depth, colour, 0, 0, 0))
    line = bytes(1 + (width * depth * (3 if colour == 2 else 1) + 7) // 8)
    compressing = zlib.compressobj(9)
    data = b"".join(compressing.compress(line) for _ in range(lines)) + compressing.flush()
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")

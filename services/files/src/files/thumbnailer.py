"""A picture on standard input, its thumbnail on standard output: a process of its own, which may fail or be killed.

It imports nothing of the service: its process knows no setting and no secret.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings

from PIL import Image, ImageOps

# Twice what a page shows, for dense screens.
BOX = (320, 320)
# Those of events.files.THUMBNAIL_TYPES. Decoders of HEIC, AVIF and TIFF are too large, or too rarely needed.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MEMORY = 192 * 1024 * 1024
CPU_SECONDS = 10
MAX_PIXELS = 64_000_000
# Of a JPEG only the scale that is needed is decoded.
MAX_PIXELS_OF_JPEG = 256_000_000
MAX_SIDE = 30_000


def thumbnail(content: bytes) -> bytes:
    """A JPEG within 320 by 320 pixels, upright, with nothing in it but pixels. Raises whatever a decoder does."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS_OF_JPEG
    with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        most = MAX_PIXELS_OF_JPEG if picture.format == "JPEG" else MAX_PIXELS
        if max(picture.size) > MAX_SIDE or picture.width * picture.height > most:
            raise Image.DecompressionBombError
        # Palettes cannot be scaled.
        small = picture.convert("RGBA") if picture.mode in ("P", "PA", "LA", "1") else picture
        small.thumbnail(BOX)
        upright = ImageOps.exif_transpose(small).convert("RGBA")
    # A new picture has none of the old one's comments, colours' profile or place where it was taken.
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright)
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=80, optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    sys.stdout.buffer.write(thumbnail(sys.stdin.buffer.read()))

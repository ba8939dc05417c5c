"""QR codes, drawn as SVG in the page itself."""

from __future__ import annotations

import segno
from markupsafe import Markup


def drawn(text: str) -> Markup:
    """Black on white in both themes: cameras want the contrast, and the border of four modules."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704 - segno draws modules, it writes no text

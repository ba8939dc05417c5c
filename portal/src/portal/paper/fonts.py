"""The faces of printed documents: FiraGO (Latin, Greek, Cyrillic, Thai, Georgian) for text, Cascadia Mono for serials
and for the signs that FiraGO lacks. Both come from the package pymupdf-fonts, under the SIL Open Font License.

A character of neither stands as a square: colour emoji, Chinese, and what is written from right to left, whose letters
would stand in the wrong order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby

from pymupdf_fonts import CascadiaMono_Regular, FiraGO_Bold, FiraGO_Regular
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from web.text.characters import INVISIBLE

TEXT, BOLD, MONO = "FiraGO", "FiraGO-Bold", "CascadiaMono"
SQUARE = "□"
# What only colours the sign before it.
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
RIGHT_TO_LEFT = ("R", "AL", "AN")

FONTS = {
    name: TTFont(name, BytesIO(module.fontbuffer))
    for name, module in ((TEXT, FiraGO_Regular), (BOLD, FiraGO_Bold), (MONO, CascadiaMono_Regular))
}
for _font in FONTS.values():
    pdfmetrics.registerFont(_font)


def runs(text: str, face: str) -> Iterator[tuple[str, str]]:
    """``text`` as pieces with the face that draws each: composed, and without what is not seen."""
    seen = INVISIBLE.sub("", unicodedata.normalize("NFC", text.replace("\t", "    ")))
    seen = _SKIN.sub("", "".join(_plainer(character, face) for character in seen))
    for name, characters in groupby(seen, key=lambda character: _face(character, face)):
        written = "".join(characters)
        yield (name, written) if name else (MONO, SQUARE * len(written))


def _plainer(character: str, face: str) -> str:
    """A letter of mathematics, a ligature or a letter in a circle as the letters it stands for, if those can be
    drawn where it cannot."""
    if _face(character, face):
        return character
    meant = unicodedata.normalize("NFKC", character)
    return meant if all(_face(each, face) for each in meant) else character


def _face(character: str, wanted: str) -> str:
    """Empty for a character that no face can draw."""
    if unicodedata.bidirectional(character) in RIGHT_TO_LEFT:
        return ""
    return next((name for name in (wanted, MONO) if ord(character) in FONTS[name].face.charToGlyph), "")

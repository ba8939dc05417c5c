"""Invisible characters and look-alikes: which ones inputs drop, and which ones search treats as the same."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

# Unicode's Default_Ignorable_Code_Point, fillers that print as a blank, C0 and C1 without tab and line breaks,
# and noncharacters: the inside of a character class.
_UNSEEN: Final = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
SPACES: Final = "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
LINE_BREAKS: Final = "\n\r\v\f\x85\u2028\u2029"
# Hyphens are written as U+002D wherever text is kept; the other dashes are punctuation that a title may hold.
HYPHENS: Final = "\u2010\u2011\ufe63\uff0d"
DASHES: Final = HYPHENS + (
    "\u02d7\u058a\u05be\u1806\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\u2e3a\u2e3b\u301c\u3030\ufe31\ufe32\ufe58"
)
APOSTROPHES: Final = "’‘‛ʼʻʹʽˈ`´′‵ꞌ\uff07\u2032\u02bb\u055a\u05f3"
QUOTES: Final = "“”„‟«»″‶〝〞\uff02\u05f4"

INVISIBLE: Final = re.compile(f"[{_UNSEEN}]")
_INVISIBLE_RUN: Final = re.compile(f"[{_UNSEEN}]+")
_LINE_BREAK: Final = re.compile(f"\r\n|[{LINE_BREAKS}]")
# Terminal sequences, which logs contain (ECMA-48): CSI, then OSC and the other strings, then the short sequences.
_ESCAPES: Final = re.compile(
    r"(?:\x1b\[|\x9b(?=[0-?]))[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_FLAG_TAGS: Final = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
# Scripts whose letters join or stack, so that U+200C and U+200D change what is read: Arabic to Myanmar, Khmer,
# Mongolian and their kin.
_JOINING: Final = re.compile(
    "[\u0590-\u109f\u1700-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00011fff\U0001e900-\U0001e95f]"
)
_EMOJI_PARTS: Final = re.compile("[\u2194\U0001f3fb-\U0001f3ff\ufe0f\u20e3]")
# Of marks on one letter (Unicode's Stream-Safe Text Format, UAX 15), and of characters that are seen as one sign.
MOST_MARKS: Final = 30
_LONGEST_SIGN: Final = 40
# Letters by category that NFKC turns into marks.
_KANA_MARKS: Final = "\uff9e\uff9f"
Form = Literal["NFC", "NFKC"]

_ZWNJ, _ZWJ, _BLACK_FLAG, _KEYCAP = "\u200c", "\u200d", "\U0001f3f4", "\u20e3"

PLAIN: Final = str.maketrans(
    dict.fromkeys(SPACES + LINE_BREAKS + "\t", " ")
    | dict.fromkeys(DASHES, "-")
    | dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(QUOTES, '"')
)
_HYPHENS: Final = str.maketrans(dict.fromkeys(HYPHENS, "-"))
# A line break that a program inserted (Word, PowerPoint) counts as a space in a line; a typed one does not.
_LINE: Final = str.maketrans(dict.fromkeys(SPACES + "\t\v\f\x85\u2028\u2029", " "))


def plain(value: str) -> str:
    """``value`` to compare and to search by: nothing invisible, one space, one dash, one apostrophe, one quote."""
    return INVISIBLE.sub("", _ESCAPES.sub("", value)).translate(PLAIN)


def visible(value: str) -> str:
    """``value`` without invisible characters; the joiners of emoji families and of Persian and Indic words stay."""
    return _INVISIBLE_RUN.sub(_needed, value)


def paragraphs(value: str) -> str:
    """Text of several lines as it is stored: NFC, ``\\n`` for line ends, no terminal sequences, nothing invisible, at
    most :data:`MOST_MARKS` on a letter."""
    text = _LINE_BREAK.sub("\n", _ESCAPES.sub("", value))
    return normalized("NFC", visible(text)).translate(_HYPHENS).strip()


def normalized(form: Form, value: str) -> str:
    """``value`` in that form of Unicode, with the first :data:`MOST_MARKS` of the marks on each letter.

    Python sorts the marks of a letter one by one: 50,000 of them in the wrong order would take it a quarter of a
    minute. Text from outside is therefore normalised here alone, unless a short bound was checked before.
    """
    return unicodedata.normalize(form, _with_few_marks(value))


def _with_few_marks(value: str) -> str:
    if value.isascii():
        return value
    kept, marks = [], 0
    for character in value:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" or character in _KANA_MARKS else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def line(value: str) -> str:
    """Text of one line as it is stored: as :func:`paragraphs`, every run of spaces one space.

    Typed line breaks stay, for the caller to refuse.
    """
    return re.sub(" {2,}", " ", paragraphs(value.translate(_LINE)))


def cut(value: str, length: int) -> str:
    """The first ``length`` characters of ``value`` at most, never a part of what is seen as one sign; a sign without an
    end (emoji joined by the hundred) is cut all the same."""
    if len(value) <= length:
        return value
    ends = range(length, max(length - _LONGEST_SIGN, -1), -1)
    return value[: next((end for end in ends if end == 0 or not _inside(value, end)), length)]


def _needed(run: re.Match[str]) -> str:
    """Which part of the run of invisible characters has to stay for its neighbours."""
    before, after = run.string[: run.start()][-1:], run.string[run.end() : run.end() + 1]
    if before == _BLACK_FLAG and (tags := _FLAG_TAGS.match(run[0])):
        return tags[0]
    kept = ""
    for character in run[0]:
        if before and _is_needed(before, character, after):
            kept += character
            before = character
    return kept


def _is_needed(before: str, character: str, after: str) -> bool:
    if character in (_ZWNJ, _ZWJ):
        joins = bool(_JOINING.match(before)) and (unicodedata.combining(before) == 9 or bool(_JOINING.match(after)))
        return joins or (character == _ZWJ and _is_pictographic(before) and _is_pictographic(after))
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return unicodedata.category(before) in ("So", "Sm", "Sk", "Po", "Pd", "Lo") or before == "ℹ" or after == _KEYCAP
    return "\u180b" <= character <= "\u180f" and "\u1820" <= before <= "\u18aa"


def _is_pictographic(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) == "So" or bool(_EMOJI_PARTS.match(character)))


def _inside(value: str, at: int) -> bool:
    """``value[at]`` belongs to the sign before it (Unicode's extended grapheme clusters, UAX 29)."""
    before, after = value[at - 1], value[at]
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or after in (_ZWJ, _ZWNJ):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if before == _ZWJ and _is_pictographic(after):
        return True
    if (unicodedata.combining(before) == 9 or before == _ZWJ) and unicodedata.category(after) == "Lo":
        return True
    if "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff":
        flags = len(value[:at]) - len(value[:at].rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
        return flags % 2 == 1
    return "\u1160" <= after <= "\u11ff"


def is_blank(value: str) -> bool:
    """Nothing of ``value`` is seen: only spaces, marks without a letter, and what :func:`visible` drops."""
    return all(unicodedata.category(c)[0] in "ZMC" and unicodedata.category(c) != "Co" for c in visible(value))

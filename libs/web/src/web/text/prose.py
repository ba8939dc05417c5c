"""Prose for search: the words that a text is found by, those that a query asks for, an excerpt around what it found.

A text is found by whole words and by how they begin; :mod:`web.text.folding` finds rows by any part of a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final, NamedTuple

from web.text.codes import latin
from web.text.folding import MAX_LENGTH, compact, fold, phone_forms, words, written_dates

# Letters of a word that count; what a log or a key has more is not searched.
LONGEST: Final = 40
# A shorter word of a query is looked for as it stands.
SHORTEST_BEGINNING: Final = 3
# Numbers in a text that are tried as telephone numbers.
MOST_PHONES: Final = 20
EXCERPT: Final = 220
# Of a text that holds a word over and over; the excerpt is chosen among these.
MOST_HITS: Final = 60
_BEFORE: Final = 70

_RUN = re.compile(r"\S+")
_PART = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"(?<![\w+])\+?\(?\d[\d .()-]{7,20}\d(?!\w)")
_ELISION = re.compile(r"(?<!\w)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=\w)")
_BOUNDARY = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
# French and English words that are in almost every text, folded: neither kept of a text nor asked of it.
_STOP = """
    a ai ait as au aux avec avez avons c ce ces cet cette ceci cela ca comme d dans de des donc du elle elles en es
    est et etaient etait ete etes etre eu eux il ils j je jusqu l la le les leur leurs lorsqu lui m ma mais me mes moi
    mon n ne ni nos notre nous on ont ou par pas plus pour puisqu qu que qui s sa se ses si soit son sont suis sur t
    ta te tes ton tres tu un une vos votre vous y an and are at be been but by for from has have he her his i in is it
    its my not of or our she so that the their them they this to was we were will with you your
"""
STOP: Final = frozenset(_STOP.split())


class Piece(NamedTuple):
    """A piece of an excerpt; ``is_hit``: it is what was searched."""

    text: str
    is_hit: bool


def lexemes(value: str) -> list[str]:
    """The words that ``value`` is found by, each once: folded, with and without the signs inside them."""
    folded = fold(value)
    runs = [_forms(run) for run in folded.split()]
    found = [word for forms in runs for word in forms]
    found += [joined for before, after in pairwise(runs) if (joined := _joined(before, after))]
    found += written_dates(folded)
    for place, phone in enumerate(_PHONE.finditer(folded)):
        if place == MOST_PHONES:
            break
        national = compact(phone[0])
        found += [national, *phone_forms(phone[0])]
        found += [form.removeprefix("00") for form in phone_forms(phone[0])]
    kept = (word[:LONGEST] for word in found if word not in STOP)
    return list(dict.fromkeys(filter(str.isalnum, kept)))


def asked(query: str) -> list[str]:
    """The words of ``query`` that a text must have, as :func:`web.text.folding.words` counts them; none where it has
    nothing but signs and words that every text has."""
    folded = _ELISION.sub("", fold(query[:MAX_LENGTH]))
    telling = " ".join(run for run in folded.split() if run.strip(".,;:!?()\"'") not in STOP)
    return [word[:LONGEST] for word in words(telling) if word.isalnum()]


def candidates(value: str, wanted: Sequence[str]) -> set[str]:
    """The words of ``value`` that may have the stem of a wanted one: they begin alike."""
    beginnings = tuple(word[:2] for word in wanted)
    return {part for part in _PART.findall(fold(value)) if part.startswith(beginnings)}


def excerpt(value: str, wanted: Sequence[str], is_alike: Callable[[str, str], bool]) -> list[Piece]:
    """About :data:`EXCERPT` characters of ``value``, on one line, from where most of the ``wanted`` words stand.

    ``is_alike``: whether a word of the text counts as the wanted one, other than by how it begins.
    """
    line = " ".join(value.split())
    hits = list(islice(_hits(line, wanted, is_alike), MOST_HITS))
    start = _best(hits)
    start = 0 if start <= _BEFORE or len(line) <= EXCERPT else line.rfind(" ", 0, start - _BEFORE) + 1
    end = (
        len(line) if len(line) - start <= EXCERPT else max(line.rfind(" ", start, start + EXCERPT), start + _BEFORE * 2)
    )
    pieces = [Piece("… " if start else "", is_hit=False)]
    at = start
    for first, last, _ in hits:
        if at <= first and last <= end:
            pieces += [Piece(line[at:first], is_hit=False), Piece(line[first:last], is_hit=True)]
            at = last
    pieces += [Piece(line[at:end], is_hit=False), Piece(" …" if end < len(line) else "", is_hit=False)]
    return [piece for piece in pieces if piece.text]


def _forms(run: str) -> list[str]:
    """The words of a run without spaces: its parts, it without its signs, and what follows a change of letters to
    digits, so that a number is found by its end."""
    if run.isascii() and run.isalpha():
        return [run]
    parts = [latin(part).lower() for part in _PART.findall(run)]
    ends = [part[cut.start() :] for part in parts if len(part) <= LONGEST for cut in _BOUNDARY.finditer(part)]
    whole = ["".join(parts)] if len(parts) > 1 else []
    return [*whole, *parts, *(end for end in ends if len(end) >= SHORTEST_BEGINNING)]


def _joined(before: Sequence[str], after: Sequence[str]) -> str:
    """``Q207 B17555`` and ``TS 131K`` as one word; empty where two runs are no number in two groups."""
    if not before or not after or not any(map(str.isdigit, after[0])):
        return ""
    is_number = any(map(str.isdigit, before[0])) or (len(before[0]) <= SHORTEST_BEGINNING and before[0] not in STOP)
    return before[0] + after[0] if is_number and len(before[0]) + len(after[0]) <= LONGEST else ""


def _hits(line: str, wanted: Sequence[str], is_alike: Callable[[str, str], bool]) -> Iterator[tuple[int, int, str]]:
    """Where each word of the line stands that is a wanted one, and which; a run that is found as a whole is one."""
    for run in _RUN.finditer(line):
        if run[0].isalpha():
            if word := _word(_plain(run[0]), wanted, is_alike):
                yield *run.span(), word
            continue
        parts = [(part.start(), part.end(), _plain(part[0])) for part in _PART.finditer(line, *run.span())]
        found = [(start, end, word) for start, end, part in parts if (word := _word(part, wanted, is_alike))]
        # A run of one part without digits has no other form.
        whole = "".join(part for _, _, part in parts)
        ends = [whole, *_forms(whole)] if len(parts) > 1 or any(map(str.isdigit, whole)) else []
        if not found and (word := next((w for w in wanted if any(_begins(end, w) for end in ends)), "")):
            found = [(parts[0][0], parts[-1][1], word)]
        yield from found


def _word(part: str, wanted: Sequence[str], is_alike: Callable[[str, str], bool]) -> str:
    for word in wanted:
        if _begins(part, word) or is_alike(part, word):
            return word
    return ""


def _begins(part: str, word: str) -> bool:
    return part.startswith(word) if len(word) >= SHORTEST_BEGINNING else part == word


@lru_cache(maxsize=16384)
def _plain(part: str) -> str:
    if part.isascii() and part.isalpha():
        return part.lower()
    return latin(compact(fold(part))).lower()


def _best(hits: Sequence[tuple[int, int, str]]) -> int:
    """Where the excerpt shows most of the wanted words; of equals the first."""
    counted = [len({word for at, _, word in hits if first <= at < first + EXCERPT - _BEFORE}) for first, _, _ in hits]
    return hits[counted.index(max(counted))][0] if hits else 0

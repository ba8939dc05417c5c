"""The spaces of French typography."""

from __future__ import annotations

import re
from functools import cache

_SPACES = (
    (re.compile(r"(?<=[\w)»’%])[ \u00a0\u202f]?:(?=\s|$)| :"), "\u00a0:"),
    (re.compile(r" (?=[;?!»])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
    (re.compile(r"\b([nN]°)[ \u00a0\u202f]?(?=[\w%{])"), "\\1\u00a0"),
    (re.compile(r"(?<=[\d}]) (?=[KMG]?o\b|%)"), "\u00a0"),
)


@cache
def typographic(french: str) -> str:
    """With the spaces of French typography, which no line breaks at: ``Contrat n° 29962 : 20 Mo « au plus » ?``"""
    for found, written in _SPACES:
        french = found.sub(written, french)
    return french

"""French first, English complete: picks the language that a request asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from web.text.typography import typographic

Language = Literal["fr", "en"]
Text = Mapping[Language, str]

DEFAULT: Language = "fr"


def text(fr: str, en: str) -> Text:
    """A sentence in both languages; the spaces that French wants before ``:`` and within ``« »`` are set here."""
    return {"fr": typographic(fr), "en": en}


def plural(count: int, one: Text, many: Text) -> Text:
    """The sentence for ``count``, which is at least 1: French and English agree from there on."""
    return one if count == 1 else many


class Invalid(ValueError):
    """Raised by our validators: wrong input, with the sentence for it in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.message = text(fr, en)


def negotiate(accept_language: str | None) -> Language:
    """The best of French and English by RFC 9110 weights; French when neither is named."""
    best: tuple[float, Language] | None = None
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        weight = _weight(parameters)
        if language in ("fr", "en") and weight > 0 and (best is None or weight > best[0]):
            best = (weight, "en" if language == "en" else "fr")
    return best[1] if best else DEFAULT


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
